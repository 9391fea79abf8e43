import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId } from '../../http/schemas.ts';
import { officeView } from './office-schemas.ts';

export const route = defineRoute({
  id: 'endOffice',
  method: 'POST',
  path: '/api/v1/offices/{office}/end',
  summary: 'End an office, at once and for good',
  description:
    'One operator does so. The office names the one that takes over what it leaves, or says that there is none. Its officers can do nothing from then on.',
  lane: 'revocation',
  access: ['operator'],
  params: z.strictObject({ office: officeId }),
  body: {
    kind: 'json',
    schema: z.strictObject({
      successor: officeId
        .nullable()
        .meta({ description: 'The office that takes over; null where none does.' }),
    }),
  },
  responses: { 200: { description: 'The office that has ended.', schema: officeView } },
  faults: ['unknown-office', 'wrong-state'],
  handle: async ({ enrolment }, { params, body }, caller) =>
    json(200, await enrolment.offices.end(caller, params.office, body.successor ?? undefined)),
});
