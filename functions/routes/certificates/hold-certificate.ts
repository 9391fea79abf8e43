import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { awaitingAnswer, caId, revocationAnswer, serial } from '../../http/schemas.ts';
import { outcome } from './revocation-outcome.ts';

export const route = defineRoute({
  id: 'holdCertificate',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/hold',
  summary: 'Put a certificate on hold',
  description:
    'The status is hold from the answer on, and the act is recorded. Officers hold certificates of their own office, operators any. The hold of a certificate of a CA, of an OCSP responder or of a principal needs two operators: the first is answered 202. A hold ends with a revocation, or with a release. By some profiles it can never be released: `hold` is `final` in `/api/v1/profiles`, and the answer says `final`.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  whileBehind: true,
  params: z.strictObject({ ca: caId, serial }),
  responses: {
    200: { description: 'The hold.', schema: revocationAnswer },
    202: {
      description: 'A second person must ask for the same, as for a revocation.',
      schema: awaitingAnswer,
    },
  },
  faults: [
    'malformed-serial',
    'unknown-certificate',
    'hold-not-allowed',
    'already-revoked',
    'confirmation-differs',
  ],
  handle: async ({ authority }, { params }, caller) => outcome(await authority.hold(caller, params)),
});
