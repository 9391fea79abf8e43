import * as z from 'zod';
import { handedOver } from '../../http/large-answers.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { answerQuery, recordFilter, recordPage } from './record-query.ts';

export const route = defineRoute({
  id: 'listProvisions',
  method: 'GET',
  path: '/api/v1/provisions',
  summary: 'Who was told what, when: answers that left the service, newest first',
  description:
    'By certificate (ca and serial together), holder, recipient (a principal, or `public`), purpose, office, channel and time, alone or together.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject(recordFilter),
  responses: { 200: { description: 'A page.', headers: namesRecord, schema: recordPage }, ...handedOver },
  faults: ['malformed-serial', 'cursor-invalid'],
  handle: async ({ ledger }, { query, request }, caller) =>
    answerQuery(ledger, caller, request.method, { ...query, kind: 'provision' }),
});
