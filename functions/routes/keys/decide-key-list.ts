import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { KEY_LIST, keyListView, proposalId } from './key-list-views.ts';

export const route = defineRoute({
  id: 'decideKeyList',
  method: 'POST',
  path: `${KEY_LIST}/decision`,
  summary:
    'Approve or reject what another operator proposed for the list of compromised keys, or withdraw your own',
  description:
    'An approval by another operator brings the list into force, or takes it out of force. The decision is recorded.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  body: {
    kind: 'json',
    schema: z.strictObject({ proposal: proposalId, decision: z.enum(['approve', 'reject']) }),
  },
  responses: { 200: { description: 'What is in force after the decision.', schema: keyListView } },
  faults: ['nothing-awaited', 'confirmation-differs', 'same-person'],
  handle: async ({ authority }, { body: { proposal, decision } }, caller) =>
    json(200, await authority.keyLists[decision](caller, proposal)),
});
