import * as z from 'zod';
import { MAX_PART_BYTES, MAX_PARTS } from '../../../lib/batches/batches.ts';
import { json } from '../../http/http.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { digest, profileId } from '../../http/schemas.ts';
import { provideBatch, speakingTo } from './batch-answers.ts';
import { BATCHES, batchView, fileForm } from './batch-views.ts';

export const route = defineRoute({
  id: 'createBatch',
  method: 'POST',
  path: BATCHES,
  summary: 'Announce a file of requests',
  description:
    'The parts of the file are sent afterwards, in any order. The same file for the same profile of the same office gives the batch that is there (200 instead of 201), unless it was refused or cancelled.',
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  body: {
    kind: 'json',
    schema: z.strictObject({
      profile: profileId,
      format: fileForm.format,
      encoding: fileForm.encoding.exactOptional().meta({
        description: 'Where it is absent, it is found out from the beginning of the file.',
      }),
      bytes: z
        .int()
        .min(1)
        .meta({ description: `At most ${MAX_PARTS * MAX_PART_BYTES}.` }),
      digest: digest.meta({ description: 'SHA-256 of the file.' }),
      parts: z
        .array(digest)
        .min(1)
        .max(MAX_PARTS)
        .meta({
          description: `SHA-256 of each part. A part has at most ${MAX_PART_BYTES} bytes, and all parts but the last one have the same number.`,
        }),
    }),
  },
  responses: {
    201: {
      description: 'The batch waits for the parts.',
      schema: batchView,
      headers: { location: 'The address of the batch.' },
    },
    200: {
      description: 'The batch of the same file. The answer is recorded as a provision.',
      schema: batchView,
      headers: { location: 'The address of the batch.', ...namesRecord },
    },
  },
  faults: ['profile-not-allowed', 'input-too-large'],
  handle: async ({ batches, ledger }, { body, request }, caller) => {
    const { batch, replayed } = await batches.create(caller, body);
    const location = `${BATCHES}/${batch.id}`;
    if (!replayed) return json(201, (await speakingTo(request))(batch), { location });
    const shown = await provideBatch(ledger, caller, request, batch);
    return { ...shown, headers: { ...shown.headers, location } };
  },
});
