import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { awaitingAnswer, caId, revocationAnswer, revocationReason, serial, utc } from '../../http/schemas.ts';
import { outcome } from './revocation-outcome.ts';

export const route = defineRoute({
  id: 'revokeCertificate',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/revocation',
  summary: 'Revoke a certificate',
  description:
    "It takes effect with the answer. Revoking again gives the first revocation. A certificate of a CA, an OCSP responder or a door of the service itself takes two persons: the first call answers 202 and changes no status; a second operator's identical call within seven days revokes it.",
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ ca: caId, serial }),
  body: {
    kind: 'json',
    schema: z.strictObject({ reason: revocationReason, invalidityDate: utc.exactOptional() }),
  },
  responses: {
    200: { description: 'The revocation.', schema: revocationAnswer },
    202: { description: 'It takes a second person.', schema: awaitingAnswer },
  },
  faults: ['malformed-serial', 'unknown-certificate', 'confirmation-differs'],
  handle: async ({ authority }, { params, body }, caller) =>
    outcome(await authority.revoke(caller, params, body)),
});
