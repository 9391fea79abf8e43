import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { lookedAt } from './names.ts';
import { confirmed } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'confirmPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/confirmation',
  summary: 'Confirm what was proposed for a principal',
  description:
    'By an operator other than the one who proposed it; a transfer also by the responsible person of the office to which the officer goes. It is in force then, or prepared for its moment. A principal that has no key, or needs a new one, has an invitation then, with which its person brings a key.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  query: z.strictObject({ number: lookedAt }),
  responses: {
    201: { description: 'The principal, and the invitation where there is one.', schema: confirmed },
  },
  faults: ['unknown-principal', 'nothing-awaited', 'same-person', 'confirmation-differs'],
  handle: async ({ enrolment }, { params, query }, caller) =>
    json(201, await enrolment.people.confirm(caller, params.principal, query.number)),
});
