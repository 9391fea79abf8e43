import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { reason, requestId, requestView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'withdrawRequest',
  method: 'POST',
  path: '/api/v1/requests/{id}/withdrawal',
  summary: 'Withdraw a request that the centre has not approved',
  description:
    'By an officer of the office that submitted it, or of the one that has taken over its affairs, with a reason. Where the office has ended and no open one has its affairs, an operator withdraws it. The withdrawal is recorded, and another request may then use the public key.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ id: requestId }),
  body: { kind: 'json', schema: z.strictObject({ reason }) },
  responses: { 200: { description: 'The request as it stands now.', schema: requestView } },
  faults: ['unknown-request', 'wrong-state', 'data-key-missing', 'data-key-damaged', 'personal-data-damaged'],
  handle: async ({ registration }, { params, body }, caller) =>
    json(200, await registration.withdraw(caller, params.id, body.reason)),
});
