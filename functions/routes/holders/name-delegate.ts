import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId, time } from '../../http/schemas.ts';
import { delegateView } from './delegate-view.ts';

export const route = defineRoute({
  id: 'nameDelegate',
  method: 'POST',
  path: '/api/v1/own/delegates',
  summary: 'Let another holder see my own records and ask for their disclosure',
  description:
    'The delegate is another principal of role holder. To name the same one again replaces the end of the delegation. The naming is recorded.',
  lane: 'api',
  access: ['holder'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      delegate: principalId,
      until: time.exactOptional().meta({ description: 'When the delegation ends.' }),
    }),
  },
  responses: { 201: { description: 'The delegate.', schema: delegateView } },
  faults: ['condition-failed'],
  handle: async ({ disclosures }, { body }, caller) =>
    json(201, await disclosures.delegates.name(caller, body.delegate, body.until)),
});
