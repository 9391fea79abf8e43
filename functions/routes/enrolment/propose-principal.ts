import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalTerms, principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'proposePrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/proposal',
  summary: 'Propose a principal, or the change of one',
  description:
    'By an operator; another operator has to confirm it. So is everybody enrolled but the officers whom a responsible person invites: the first responsible person of an office, operators, auditors, relying parties and holders.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ principal: principalId }),
  body: { kind: 'json', schema: principalTerms },
  responses: { 201: { description: 'The principal, with what was proposed.', schema: principalView } },
  faults: ['unknown-office', 'wrong-state', 'not-in-force'],
  handle: async ({ enrolment }, { params, body }, caller) =>
    json(201, await enrolment.people.propose(caller, params.principal, body)),
});
