import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { caId, serial } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'releaseCertificate',
  method: 'DELETE',
  path: '/api/v1/certificates/{ca}/{serial}/hold',
  summary: 'Release a certificate from hold, if its profile allows that',
  description: 'The release is recorded. Officers release certificates of their own office, operators any.',
  lane: 'revocation',
  access: ['officer', 'operator'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 204: { description: 'The certificate is good again.' } },
  faults: [
    'malformed-serial',
    'unknown-certificate',
    'not-on-hold',
    'hold-not-releasable',
    'already-revoked',
  ],
  handle: async ({ authority }, { params }, caller) => {
    await authority.release(caller, params);
    return { status: 204, headers: {}, body: '' };
  },
});
