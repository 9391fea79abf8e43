import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { KEY_LIST, keyListView } from './key-list-views.ts';

export const route = defineRoute({
  id: 'getKeyList',
  method: 'GET',
  path: KEY_LIST,
  summary: 'The list of keys that others report as compromised, and what is proposed',
  description:
    'The digest and the number of keys of the list in force, and the proposal that awaits a second operator, if there is one.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  responses: { 200: { description: 'What is in force and what awaits an operator.', schema: keyListView } },
  faults: [],
  handle: async ({ authority }) => json(200, await authority.keyLists.view()),
});
