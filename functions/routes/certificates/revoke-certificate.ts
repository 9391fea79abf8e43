import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import {
  awaitingAnswer,
  caId,
  revocationAnswer,
  revocationReason,
  serial,
  time,
} from '../../http/schemas.ts';
import { outcome } from './revocation-outcome.ts';

export const route = defineRoute({
  id: 'revokeCertificate',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/revocation',
  summary: 'Revoke a certificate',
  description:
    "The revocation is in effect when it is answered. A later report raises it: the time stays, the reason rises to keyCompromise, or for the certificate of a CA to cACompromise, and an earlier invalidity date replaces a later one. The same again changes nothing, and anything else is already-revoked. cACompromise is for certificates of CAs only (RFC 5280 5.3.1). A certificate of a CA, of an OCSP responder or of the service's own TLS door needs two persons: the first call is answered 202 and changes no status; the identical call of a second operator within the trust domain's term, seven days by default, revokes the certificate.",
  lane: 'revocation',
  access: ['officer', 'operator'],
  whileBehind: true,
  params: z.strictObject({ ca: caId, serial }),
  body: {
    kind: 'json',
    schema: z.strictObject({
      reason: revocationReason,
      invalidityDate: time.exactOptional().meta({
        description:
          'When the key is known or suspected to have been compromised (RFC 5280 5.3.2); not in the future, and not before both the first certificate of the key here and the request for it. The fault names the earliest time; give that time where the key was compromised earlier.',
      }),
      reportedAt: time.exactOptional().meta({
        description:
          "When somebody reported what the revocation is for; not in the future, not before 1990. It is recorded, and an audit names a revocation that came later than the profile's `revocationTerm` after it.",
      }),
    }),
  },
  responses: {
    200: { description: 'The revocation.', schema: revocationAnswer },
    202: { description: 'A second person must ask for the same.', schema: awaitingAnswer },
  },
  faults: [
    'malformed-serial',
    'unknown-certificate',
    'reason-not-allowed',
    'confirmation-differs',
    'already-revoked',
  ],
  handle: async ({ authority }, { params, body }, caller) =>
    outcome(await authority.revoke(caller, params, body)),
});
