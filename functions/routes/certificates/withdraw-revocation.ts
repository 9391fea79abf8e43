import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { caId, serial } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'withdrawRevocation',
  method: 'DELETE',
  path: '/api/v1/certificates/{ca}/{serial}/revocation',
  summary: 'Withdraw a revocation or hold that awaits a second person',
  description:
    'By whoever asked for it or by another operator. What has taken effect is not undone: a revocation is for ever.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 204: { description: 'Nothing is awaited any more.' } },
  faults: ['malformed-serial', 'nothing-awaited'],
  handle: async ({ authority }, { params }, caller) => {
    await authority.withdrawRevocation(caller, params);
    return { status: 204, headers: {}, body: '' };
  },
});
