import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { caView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'listAuthorities',
  method: 'GET',
  path: '/ca',
  summary: 'The certification authorities',
  description:
    'Every generation of every authority, with the addresses of its certificate, its CRL and its OCSP responder.',
  lane: 'public',
  access: 'public',
  responses: {
    200: { description: 'The authorities.', schema: z.object({ authorities: z.array(caView) }) },
  },
  faults: [],
  handle: async ({ authority }) =>
    json(200, { authorities: await authority.authorities() }, { 'cache-control': 'public, max-age=300' }),
});
