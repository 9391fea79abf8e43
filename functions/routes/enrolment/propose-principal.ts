import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalProposal, principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'proposePrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/proposal',
  summary: 'Propose a principal, or the change of one',
  description:
    'By an operator; another operator has to confirm it. A change is in force with its confirmation, or from a moment on; a key that is there stays, unless a new one is asked for. So is everybody enrolled but the officers whom a responsible person invites: the first responsible person of an office, operators, auditors, relying parties and holders.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ principal: principalId }),
  body: { kind: 'json', schema: principalProposal },
  responses: { 201: { description: 'The principal, with what was proposed.', schema: principalView } },
  faults: ['unknown-office', 'wrong-state', 'not-in-force', 'same-person'],
  handle: async ({ enrolment }, { params, body: { effectiveFrom, invites, ...terms } }, caller) =>
    json(
      201,
      await enrolment.people.propose(caller, params.principal, terms, {
        ...(effectiveFrom !== undefined && { effectiveFrom }),
        ...(invites !== undefined && { invites }),
      }),
    ),
});
