import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, serial } from '../../http/schemas.ts';
import { proposedRevocation } from './leaver-schemas.ts';

export const route = defineRoute({
  id: 'keepLeaver',
  method: 'POST',
  path: '/api/v1/leavers/{ca}/{serial}/dismissal',
  summary: 'Dismiss the proposal to revoke the certificate of an officer who left',
  description:
    'The certificate stays as it is. By an officer of the office who examines, or its responsible person, and not by the officer whose certificate it is. The decision is recorded. It is about this departure; a later one is proposed again.',
  lane: 'api',
  access: ['officer'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 200: { description: 'The proposal that is dismissed.', schema: proposedRevocation } },
  faults: ['malformed-serial', 'unknown-certificate', 'nothing-awaited', 'same-person'],
  handle: async ({ registration }, { params }, caller) =>
    json(200, await registration.leavers.dismiss(caller, params)),
});
