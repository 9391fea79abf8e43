import * as z from 'zod';
import { type HttpResponse, json } from './http.ts';
import { defineRoute } from './route.ts';

let answer: Promise<HttpResponse> | undefined;

/** At the first call, because the table of routes holds this route too. */
const describe = async (): Promise<HttpResponse> => {
  const [{ openapi }, { routes }] = await Promise.all([import('./openapi.ts'), import('./routes.ts')]);
  return json(200, openapi(routes), { 'cache-control': 'public, max-age=300' });
};

export const route = defineRoute({
  id: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description of the service (OpenAPI 3.1)',
  lane: 'free',
  access: 'public',
  responses: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
  faults: [],
  handle: () => {
    answer ??= describe();
    return answer;
  },
});
