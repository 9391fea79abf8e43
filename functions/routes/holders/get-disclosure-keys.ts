import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'getDisclosureKeys',
  method: 'GET',
  path: '/.well-known/disclosure-keys.json',
  summary: 'The public key that verifies disclosed bundles (RFC 7517)',
  description:
    'A JWK set with the Ed25519 key under which the bundles of disclosures are signed. Nothing about a person is in it, so reading it leaves no record.',
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
  handle: async ({ disclosures }) =>
    json(
      200,
      { keys: [await disclosures.key()] },
      { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=300' },
    ),
});
