import * as z from 'zod';
import { recipientOf } from '../../../lib/recipient.ts';
import { defineRoute } from '../../http/route.ts';
import { recordId } from '../../http/schemas.ts';
import { proofResponses, provideProof } from './provide-proof.ts';

export const route = defineRoute({
  id: 'getProvisionProof',
  method: 'GET',
  path: '/api/v1/provisions/{id}/proof',
  summary: 'The record of an answer with the proof that it is in the log',
  description:
    'For auditors, and for the relying party that got the answer. To a relying party every other record is `unknown-record`, to auditors of a tenant every record of others; and so is one that was deleted after its retention period, of which auditors of the service get `record-expired`.',
  lane: 'api',
  access: ['auditor', 'relyingParty'],
  params: z.strictObject({ id: recordId }),
  responses: proofResponses,
  faults: ['unknown-record', 'record-expired', 'try-later', 'log-inconsistent'],
  handle: async (app, { params, request: { method } }, caller) =>
    provideProof(app, { ...recipientOf(caller), method }, params.id, {
      kind: 'provision',
      ...(caller.role !== 'auditor'
        ? { recipient: caller.id }
        : caller.tenant !== undefined && { tenant: caller.tenant }),
    }),
});
