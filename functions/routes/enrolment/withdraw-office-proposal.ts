import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId } from '../../http/schemas.ts';
import { officeView } from './office-schemas.ts';

export const route = defineRoute({
  id: 'withdrawOfficeProposal',
  method: 'DELETE',
  path: '/api/v1/offices/{office}/proposal',
  summary: 'Take back what was proposed for an office',
  description: 'Any operator may do so, while nobody has confirmed it.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ office: officeId }),
  responses: { 200: { description: 'The office as it stands.', schema: officeView } },
  faults: ['unknown-office', 'nothing-awaited'],
  handle: async ({ enrolment }, { params }, caller) =>
    json(200, await enrolment.offices.withdraw(caller, params.office)),
});
