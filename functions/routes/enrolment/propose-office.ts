import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId } from '../../http/schemas.ts';
import { officeTerms, officeView } from './office-schemas.ts';

export const route = defineRoute({
  id: 'proposeOffice',
  method: 'POST',
  path: '/api/v1/offices/{office}/proposal',
  summary: 'Open an office, or change one',
  description:
    'By an operator; another operator has to confirm it. A newer proposal takes the place of an earlier one. The profiles, the attributes and office approval count for requests that are examined after the confirmation.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ office: officeId }),
  body: { kind: 'json', schema: officeTerms },
  responses: { 201: { description: 'The office, with what was proposed.', schema: officeView } },
  faults: ['unknown-office', 'wrong-state', 'forbidden'],
  handle: async ({ enrolment }, { params, body }, caller) =>
    json(201, await enrolment.offices.propose(caller, params.office, body)),
});
