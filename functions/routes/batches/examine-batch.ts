import * as z from 'zod';
import { MAX_LEFT_OUT } from '../../../lib/batches/batches.ts';
import { defineRoute } from '../../http/route.ts';
import { reason } from '../../http/schemas.ts';
import { batchNow, batchNowAnswer } from './batch-answers.ts';
import { BATCH, batchParams, rowNumber } from './batch-views.ts';

const of = {
  sample: z.int().min(1).meta({ description: 'The number of the newest sample.' }),
  leaveOut: z
    .array(rowNumber)
    .max(MAX_LEFT_OUT)
    .exactOptional()
    .meta({ description: 'Rows that are not examined with the others.' }),
};

export const route = defineRoute({
  id: 'examineBatch',
  method: 'POST',
  path: `${BATCH}/examinations`,
  summary: 'Approve or reject the rows of a sample together',
  description:
    'The rows that the sample was drawn from, but for those that are left out. An approval needs every row of the sample opened, whether it is left out or not. A rejection needs a reason. Each request is examined in the name of the examiner, as `examineRequest` does. It goes on by itself; the batch says how far it is.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: ['examine', 'approve'],
  params: batchParams,
  body: {
    kind: 'json',
    schema: z.discriminatedUnion('decision', [
      z.strictObject({ ...of, decision: z.literal('approve'), reason: reason.exactOptional() }),
      z.strictObject({ ...of, decision: z.literal('reject'), reason }),
    ]),
  },
  responses: batchNowAnswer,
  faults: ['unknown-batch', 'wrong-state', 'same-person', 'sample-not-opened'],
  handle: async ({ batches }, { params, body, request }, caller) =>
    batchNow(request, await batches.examine(caller, params.batch, body)),
});
