import * as z from 'zod';
import { recipientOf } from '../../../lib/recipient.ts';
import { defineRoute } from '../../http/route.ts';
import { recordId } from '../../http/schemas.ts';
import { proofResponses, provideProof } from './provide-proof.ts';

export const route = defineRoute({
  id: 'getRecordProof',
  method: 'GET',
  path: '/api/v1/records/{id}/proof',
  summary: 'A record with the proof that it is in the log',
  description:
    'For auditors: the record in canonical JSON, with its leaf, the path to the root, and the checkpoint. A record waits some seconds for its leaf, and gets `try-later` until then. To auditors of a tenant, records of others are `unknown-record`. The answer is recorded as a provision.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ id: recordId }),
  responses: proofResponses,
  faults: ['unknown-record', 'record-expired', 'try-later', 'log-inconsistent'],
  handle: async (app, { params, request: { method } }, caller) =>
    provideProof(app, { ...recipientOf(caller), method }, params.id, {
      ...(caller.tenant !== undefined && { tenant: caller.tenant }),
    }),
});
