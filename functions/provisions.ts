import * as z from 'zod';
import { answerQuery, recordFilter, recordPage } from './record-query.ts';
import { defineRoute } from './route.ts';
import { principalId } from './schemas.ts';

export const route = defineRoute({
  id: 'listProvisions',
  method: 'GET',
  path: '/api/v1/provisions',
  summary: 'Who was told what, when: answers that left the service, newest first',
  description:
    'By recipient (a principal, or `public`), by certificate (ca and serial together), or by time alone.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({ recipient: principalId.exactOptional(), ...recordFilter }),
  responses: { 200: { description: 'A page.', schema: recordPage } },
  faults: ['malformed-serial', 'cursor-invalid'],
  handle: async ({ ledger }, { query }, caller) =>
    answerQuery(ledger, caller, { ...query, kind: 'provision' }),
});
