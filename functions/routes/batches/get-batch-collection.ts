import * as z from 'zod';
import { languageOf } from '../../http/language.ts';
import { handedOver } from '../../http/large-answers.ts';
import { defineRoute } from '../../http/route.ts';
import { BATCH, batchId, pathNumber } from './batch-views.ts';

const TYPE = 'application/zip';

export const route = defineRoute({
  id: 'getBatchCollection',
  method: 'GET',
  path: `${BATCH}/collections/{collection}.zip`,
  summary: 'The certificates of a collection with their chains, in one file (ZIP)',
  description:
    'With a list of the rows. Streamed: each certificate is recorded as handed over before it leaves. Certificates whose data have ended are not handed over. A file that breaks off is incomplete.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ batch: batchId, collection: pathNumber('The number of the collection, from 1.') }),
  responses: {
    200: {
      description: 'The file.',
      contentType: TYPE,
      headers: { 'content-disposition': 'A name for the file.' },
    },
    ...handedOver,
  },
  faults: ['unknown-batch', 'not-issued'],
  handle: async ({ batches }, { params, request: { method, headers } }, caller) => {
    const { batch, collection } = params;
    const language = languageOf(headers['accept-language']);
    return {
      status: 200,
      headers: {
        'content-type': TYPE,
        'content-disposition': `attachment; filename="akashi-batch-${batch}-${collection}.zip"`,
      },
      body: '',
      stream: await batches.collection(caller, batch, collection, method, language),
    };
  },
});
