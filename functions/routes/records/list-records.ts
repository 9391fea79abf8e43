import * as z from 'zod';
import { handedOver } from '../../http/large-answers.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { answerQuery, FILTER_FAULTS, recordFilter, recordKind, recordPage } from './record-query.ts';

export const route = defineRoute({
  id: 'listRecords',
  method: 'GET',
  path: '/api/v1/records',
  summary: 'Records of every kind, newest first',
  description:
    'By request, certificate (ca and serial together), holder, recipient or actor, purpose, office, tenant, channel and time, alone or together; of one kind or of all. Auditors of a tenant find its records alone, once the log has their leaves.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({
    actor: principalId.exactOptional(),
    kind: recordKind,
    ...recordFilter,
  }),
  responses: { 200: { description: 'A page.', headers: namesRecord, schema: recordPage }, ...handedOver },
  faults: [...FILTER_FAULTS, 'cursor-invalid', 'input-too-large'],
  handle: async (app, { query, request }, caller) => answerQuery(app, caller, request.method, query),
});
