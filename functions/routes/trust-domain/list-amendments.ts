import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit } from '../../http/schemas.ts';
import { AMENDMENTS, amendmentView } from './amendment-views.ts';

export const route = defineRoute({
  id: 'listAmendments',
  method: 'GET',
  path: AMENDMENTS,
  summary: 'Amendments of the trust domain, newest first',
  description: 'With their states and who decided on them. The changes themselves are in each amendment.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  query: z.strictObject({ limit: pageLimit(100, 20), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ amendments: z.array(amendmentView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ amendments }, { query }) => json(200, await amendments.list(query)),
});
