import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { reason, requestId, requestView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'examineRequest',
  method: 'POST',
  path: '/api/v1/requests/{id}/examinations',
  summary: 'Approve or reject a request',
  description:
    'An officer examines at the office, an operator at the centre; neither may be the person of an earlier step. Where the profile or the office asks for office approval, a second officer with the duty `approve` examines at the office before the centre does; the request is `examined-once` until then. The step is the one that the request waits for. A rejection needs a reason. Approval at the centre issues the certificate.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: ['examine', 'approve'],
  params: z.strictObject({ id: requestId }),
  body: {
    kind: 'json',
    schema: z.discriminatedUnion('decision', [
      z.strictObject({ decision: z.literal('approve'), reason: reason.exactOptional() }),
      z.strictObject({ decision: z.literal('reject'), reason }),
    ]),
  },
  responses: { 200: { description: 'The request as it stands now.', schema: requestView } },
  faults: [
    'personal-data-ended',
    'data-key-missing',
    'data-key-damaged',
    'personal-data-damaged',
    'unknown-request',
    'wrong-state',
    'same-person',
    'forbidden',
    'duplicate-key',
    'lint-failed',
    'authority-revoked',
    'authority-suspended',
  ],
  handle: async ({ registration }, { params, body }, caller) =>
    json(200, await registration.examine(caller, params.id, body)),
});
