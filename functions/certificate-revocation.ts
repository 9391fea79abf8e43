import * as z from 'zod';
import { json } from './http.ts';
import { defineRoute } from './route.ts';
import { caId, revocationAnswer, revocationReason, serial, utc } from './schemas.ts';

export const route = defineRoute({
  id: 'revokeCertificate',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/revocation',
  summary: 'Revoke a certificate',
  description: 'It takes effect with the answer. Revoking again gives the first revocation.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ ca: caId, serial }),
  body: {
    kind: 'json',
    schema: z.strictObject({ reason: revocationReason, invalidityDate: utc.exactOptional() }),
  },
  responses: { 200: { description: 'The revocation.', schema: revocationAnswer } },
  faults: ['malformed-serial', 'unknown-certificate'],
  handle: async ({ authority }, { params, body }, caller) =>
    json(200, await authority.revoke(caller, params, body)),
});
