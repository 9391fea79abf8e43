import * as z from 'zod';
import { proofResponses, provideProof } from './provide-proof.ts';
import { defineRoute } from './route.ts';
import { recordId } from './schemas.ts';

export const route = defineRoute({
  id: 'getRecordProof',
  method: 'GET',
  path: '/api/v1/records/{id}/proof',
  summary: 'A record with the proof that it is in the log',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ id: recordId }),
  responses: proofResponses,
  faults: ['unknown-record', 'try-later', 'log-inconsistent'],
  handle: async (app, { params }, caller) => provideProof(app, caller, params.id, () => true),
});
