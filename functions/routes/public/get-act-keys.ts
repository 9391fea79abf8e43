import * as z from 'zod';
import { ACT_KEY_KINDS } from '../../../lib/act-kinds.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const route = defineRoute({
  id: 'getActKeys',
  method: 'GET',
  path: '/log/act-keys',
  summary: 'The public keys that verify the signatures of acts',
  description:
    'Every record of an act has a signature of the key of its kind: Ed25519 over the lines `akashi-act/v1`, the origin of ' +
    'the log, the name of the key, and the SHA-256 (hex) of the canonical JSON of the record without `leaf` and `signature`.',
  lane: 'public',
  access: 'public',
  responses: {
    200: {
      description: 'The keys, by kind and generation.',
      schema: z.object({
        keys: z.array(
          z.object({
            kind: z.enum(ACT_KEY_KINDS),
            generation: z.int().min(1),
            origin: z.string(),
            publicKey: z.base64().meta({ description: 'DER SubjectPublicKeyInfo.' }),
            digest: digest.meta({ description: "SHA-256 of the key's object." }),
            predecessor: digest
              .optional()
              .meta({ description: 'The digest of the generation before; absent in the first.' }),
            closedAt: z
              .int()
              .min(0)
              .optional()
              .meta({ description: 'Only acts whose leaves lie below this index count.' }),
          }),
        ),
      }),
    },
  },
  faults: [],
  handle: async ({ transparencyLog }) =>
    json(200, { keys: await transparencyLog.actKeys() }, { 'cache-control': 'public, no-cache' }),
});
