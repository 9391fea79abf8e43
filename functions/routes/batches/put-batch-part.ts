import * as z from 'zod';
import { MAX_PART_BYTES } from '../../../lib/batches/batches.ts';
import { defineRoute } from '../../http/route.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchId, pathNumber } from './batch-views.ts';

export const route = defineRoute({
  id: 'putBatchPart',
  method: 'POST',
  path: `${BATCH}/parts/{part}`,
  summary: 'Send a part of the file of a batch',
  description:
    'In any order; a part that is there already changes nothing. With the last missing part the service reads the file.',
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  params: z.strictObject({ batch: batchId, part: pathNumber('The number of the part, from 1.') }),
  body: { kind: 'bytes', contentTypes: ['application/octet-stream'], maxBytes: MAX_PART_BYTES },
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'part-differs', 'wrong-state'],
  handle: async ({ batches }, { params, request }, caller) =>
    batchNow(request, await batches.putPart(caller, params.batch, params.part, request.body)),
});
