import * as z from 'zod';
import { MAX_PARTS } from '../../../lib/keys/keys.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { sha256 } from '../../http/schemas.ts';
import { KEY_LIST, keyListView } from './key-list-views.ts';

export const route = defineRoute({
  id: 'proposeKeyList',
  method: 'POST',
  path: KEY_LIST,
  summary: 'Propose a list of compromised keys, or the withdrawal of the one in force',
  description:
    'The list replaces the one in force when another operator approves it. Its keys are certified no more, and no others are refused for it.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  body: {
    kind: 'json',
    schema: z.union([
      z.strictObject({
        parts: z
          .array(sha256)
          .min(1)
          .max(MAX_PARTS)
          .meta({ description: 'The parts that were uploaded, in the order of their keys.' }),
      }),
      z.strictObject({ withdraw: z.literal(true) }),
    ]),
  },
  responses: { 201: { description: 'It is proposed.', schema: keyListView } },
  faults: ['malformed-key-list', 'confirmation-differs', 'key-list-unchanged'],
  handle: async ({ authority }, { body }, caller) =>
    json(201, await authority.keyLists.propose(caller, 'parts' in body ? body.parts : undefined)),
});
