import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'health',
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the service answers',
  lane: 'free',
  access: 'public',
  responses: { 200: { description: 'The service answers.', schema: z.object({ status: z.literal('ok') }) } },
  faults: [],
  handle: (_app: Pick<App, 'principals'>) => json(200, { status: 'ok' }),
});
