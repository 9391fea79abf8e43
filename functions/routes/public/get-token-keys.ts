import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'getTokenKeys',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that verify tokens of this service (RFC 7517)',
  description:
    'On one machine only. On AWS, the user pool publishes the keys of its tokens, and no door has this path.',
  lane: 'public',
  access: 'public',
  responses: {
    200: {
      description: 'A JWK set.',
      contentType: 'application/jwk-set+json',
      schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
    },
  },
  faults: [],
  handle: async ({ principals }) =>
    json(200, await principals.jwks(), {
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=300',
    }),
});
