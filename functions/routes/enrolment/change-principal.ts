import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalChange, principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'changePrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/change',
  summary: 'Change an officer of the own office, at once or from a moment on',
  description:
    'By the responsible person of the office. The terms take the place of the earlier ones; the key stays. What is prepared for a moment is void once another act on the officer comes before.',
  lane: 'api',
  access: ['officer'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  body: { kind: 'json', schema: principalChange },
  responses: {
    200: { description: 'The officer, changed or with what is prepared.', schema: principalView },
  },
  faults: ['unknown-principal', 'unknown-office', 'wrong-state', 'not-in-force', 'same-person'],
  handle: async ({ enrolment }, { params, body: { effectiveFrom, ...terms } }, caller) =>
    json(200, await enrolment.people.change(caller, params.principal, terms, effectiveFrom)),
});
