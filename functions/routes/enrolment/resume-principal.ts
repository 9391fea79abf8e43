import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'resumePrincipal',
  method: 'DELETE',
  path: '/api/v1/principals/{principal}/suspension',
  summary: 'Resume an officer who was suspended',
  description:
    'By the responsible person of the office. Everybody else is proposed by one operator and confirmed by another one.',
  lane: 'api',
  access: ['officer'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  responses: { 200: { description: 'The principal as it stands now.', schema: principalView } },
  faults: ['unknown-principal', 'wrong-state'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.people.resume(caller, params.principal)),
});
