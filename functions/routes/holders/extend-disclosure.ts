import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { reason, recordId } from '../../http/schemas.ts';
import { DISCLOSURES, disclosureView } from './disclosure-views.ts';

export const route = defineRoute({
  id: 'extendDisclosure',
  method: 'POST',
  path: `${DISCLOSURES}/{id}/extension`,
  summary: 'Extend the deadline once, with a reason that the holder can read',
  description:
    'By an operator, before the term is over, by at most 30 days. It is not extended a second time.',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ id: recordId }),
  body: { kind: 'json', schema: z.strictObject({ days: z.int().min(1).max(30), reason }) },
  responses: { 200: { description: 'The disclosure with its new deadline.', schema: disclosureView } },
  faults: ['unknown-disclosure', 'disclosure-closed', 'already-extended', 'condition-failed'],
  handle: async ({ disclosures }, { params, body }, caller) =>
    json(200, await disclosures.cases.extend(caller, params.id, body.days, body.reason)),
});
