import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { delegateView } from './delegate-view.ts';

export const route = defineRoute({
  id: 'listDelegates',
  method: 'GET',
  path: '/api/v1/own/delegates',
  summary: 'The delegates who may see my own records',
  description:
    'A holder sees whom it has named, and until when. Delegations that are withdrawn or over are not shown.',
  lane: 'api',
  access: ['holder'],
  responses: {
    200: { description: 'The delegates in force.', schema: z.object({ delegates: z.array(delegateView) }) },
  },
  faults: [],
  handle: async ({ disclosures }, _input, caller) =>
    json(200, { delegates: await disclosures.delegates.list(caller.id) }),
});
