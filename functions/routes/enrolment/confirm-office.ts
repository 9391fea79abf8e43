import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId } from '../../http/schemas.ts';
import { lookedAt } from './names.ts';
import { officeView } from './office-schemas.ts';

export const route = defineRoute({
  id: 'confirmOffice',
  method: 'POST',
  path: '/api/v1/offices/{office}/confirmation',
  summary: 'Confirm what another operator proposed for an office',
  description: 'From then on the office is open, or changed.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ office: officeId }),
  query: z.strictObject({ number: lookedAt }),
  responses: { 200: { description: 'The office as it stands now.', schema: officeView } },
  faults: ['unknown-office', 'nothing-awaited', 'same-person', 'confirmation-differs'],
  handle: async ({ enrolment }, { params, query }, caller) =>
    json(200, await enrolment.offices.confirm(caller, params.office, query.number)),
});
