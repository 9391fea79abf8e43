import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { caId, serial } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'withdrawRevocation',
  method: 'DELETE',
  path: '/api/v1/certificates/{ca}/{serial}/revocation',
  summary: 'Withdraw a pending revocation or hold',
  description:
    'The operator who asked for it or any other operator may withdraw it. A revocation in effect cannot be withdrawn.',
  lane: 'revocation',
  access: ['operator'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 204: { description: 'No revocation is pending.' } },
  faults: ['malformed-serial', 'unknown-certificate', 'nothing-awaited'],
  handle: async ({ authority }, { params }, caller) => {
    await authority.withdrawRevocation(caller, params);
    return { status: 204, headers: {}, body: '' };
  },
});
