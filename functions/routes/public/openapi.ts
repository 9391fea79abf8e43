import * as z from 'zod';
import type { HttpResponse } from '../../http/http.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';

let answer: Promise<HttpResponse> | undefined;

/**
 * The document as it was made from all routes (`npm run openapi`), so that this route need not know the others. It is
 * bytes, which every answer shares: as text it would be written anew for each, and wait in memory for each client that
 * does not read.
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
  lane: 'api',
  access: 'public',
  responses: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
  faults: [],
  handle: () => {
    answer ??= describe();
    return answer;
  },
});
