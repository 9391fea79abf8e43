import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { BATCH, batchParams } from './batch-views.ts';

export const route = defineRoute({
  id: 'collectBatch',
  method: 'POST',
  path: `${BATCH}/collections`,
  summary: 'Make a collection of the certificates of a batch',
  description:
    'Fixes the issued rows that no earlier collection has. Gives the newest collection again where there are no more. The certificates are handed over with `getBatchCollection`.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: batchParams,
  responses: {
    200: {
      description: 'The collection.',
      schema: z.object({
        number: z.int(),
        certificates: z.int(),
        first: z.boolean().meta({ description: 'False where it was there already.' }),
      }),
    },
  },
  faults: ['unknown-batch', 'not-issued'],
  handle: async ({ batches }, { params }, caller) => json(200, await batches.collect(caller, params.batch)),
});
