import * as z from 'zod';
import { versioned } from '../../http/conditional.ts';
import type { HttpResponse } from '../../http/http.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';

let answer: Promise<HttpResponse> | undefined;

/**
 * The document that `npm run docs` made from all routes, so this route does not import the others. All answers share
 * its bytes. Text would be encoded for each answer, and held in memory for each client that reads slowly.
 */
const describe = async (): Promise<HttpResponse> => {
  const { default: document } = await import('../../../docs/openapi.json', { with: { type: 'json' } });
  const body = Buffer.from(JSON.stringify(document));
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      etag: `"${sha256Hex(body)}"`,
    },
    body,
  };
};

export const route = defineRoute({
  id: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description of the service (OpenAPI 3.1)',
  description: 'Made from the routes and the schemas that check the requests.',
  lane: 'public',
  access: 'public',
  responses: {
    200: { description: 'The document.', schema: z.record(z.string(), z.unknown()), headers: versioned },
  },
  faults: [],
  handle: () => {
    answer ??= describe();
    return answer;
  },
});
