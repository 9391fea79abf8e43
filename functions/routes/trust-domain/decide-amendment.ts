import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { AMENDMENTS, amendmentParams, amendmentView } from './amendment-views.ts';

export const route = defineRoute({
  id: 'decideAmendment',
  method: 'POST',
  path: `${AMENDMENTS}/{id}/decision`,
  summary: 'Approve or reject an amendment that another operator proposed, or withdraw your own',
  description:
    'An approved amendment is applied when the service starts with its file, or on AWS by the ceremony after its deployment. Until then it can be rejected.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  params: amendmentParams,
  body: { kind: 'json', schema: z.strictObject({ decision: z.enum(['approve', 'reject']) }) },
  responses: { 200: { description: 'The amendment after the decision.', schema: amendmentView } },
  faults: [
    'unknown-amendment',
    'same-person',
    'amendment-closed',
    'amendment-pending',
    'authority-not-ready',
  ],
  handle: async ({ amendments }, { params: { id }, body }, caller) =>
    json(200, await amendments[body.decision](caller, id)),
});
