import * as z from 'zod';
import { MAX_KEYS_IN_PART, MAX_PART_BYTES } from '../../../lib/keys/keys.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { sha256 } from '../../http/schemas.ts';
import { KEY_LIST } from './key-list-views.ts';

export const route = defineRoute({
  id: 'uploadKeyListPart',
  method: 'POST',
  path: `${KEY_LIST}/parts`,
  summary: 'Upload a part of a list of compromised keys',
  description: `SHA-256 of each SubjectPublicKeyInfo in lower-case hex, one a line, sorted, at most ${MAX_KEYS_IN_PART} lines. A part by itself has no effect: a proposal names the parts of a list. A wrong line refuses the part.`,
  lane: 'api',
  access: ['operator'],
  ofService: true,
  body: { kind: 'bytes', contentTypes: ['text/plain'], maxBytes: MAX_PART_BYTES },
  responses: {
    201: {
      description: 'The part is stored.',
      schema: z.object({
        part: sha256.meta({ description: 'What a proposal names the part by.' }),
        keys: z.int(),
      }),
    },
  },
  faults: ['malformed-key-list'],
  handle: async ({ authority }, { request }) => json(201, await authority.keyLists.putPart(request.body)),
});
