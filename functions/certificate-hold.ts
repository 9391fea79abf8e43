import * as z from 'zod';
import { json } from './http.ts';
import { defineRoute } from './route.ts';
import { caId, revocationAnswer, serial } from './schemas.ts';

export const route = defineRoute({
  id: 'holdCertificate',
  method: 'POST',
  path: '/api/v1/certificates/{ca}/{serial}/hold',
  summary: 'Put a certificate on hold',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 200: { description: 'The hold.', schema: revocationAnswer } },
  faults: ['malformed-serial', 'unknown-certificate', 'hold-not-allowed', 'already-revoked'],
  handle: async ({ authority }, { params }, caller) => json(200, await authority.hold(caller, params)),
});
