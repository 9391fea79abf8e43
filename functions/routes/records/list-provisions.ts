import * as z from 'zod';
import { handedOver } from '../../http/large-answers.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { answerQuery, FILTER_FAULTS, recordFilter, recordPage } from './record-query.ts';

export const route = defineRoute({
  id: 'listProvisions',
  method: 'GET',
  path: '/api/v1/provisions',
  summary: 'Who was told what, when: answers that left the service, newest first',
  description:
    'By request, certificate (ca and serial together), holder, recipient (a principal, or `public`), purpose, office, tenant, channel and time, alone or together. Auditors of a tenant find its records alone. A relying party finds the answers that it got itself, once the log has their leaves, and names no recipient, holder, office or tenant.',
  lane: 'api',
  access: ['auditor', 'relyingParty'],
  query: z.strictObject(recordFilter),
  responses: { 200: { description: 'A page.', headers: namesRecord, schema: recordPage }, ...handedOver },
  faults: [...FILTER_FAULTS, 'cursor-invalid', 'input-too-large'],
  handle: async (app, { query, request }, caller) =>
    answerQuery(app, caller, request.method, { ...query, kind: 'provision' }),
});
