import * as z from 'zod';
import { json } from '../../http/http.ts';
import { namesRecord, recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import {
  bilingual,
  certificateRef,
  cursor,
  pageLimit,
  principalId,
  recordId,
  time,
  utc,
} from '../../http/schemas.ts';

const entry = z
  .object({
    id: recordId,
    time: utc,
    who: bilingual.extend({ recipient: z.string() }),
    why: bilingual
      .extend({
        purpose: z.string(),
        legalBasis: z.string(),
        assumed: z
          .literal(true)
          .exactOptional()
          .meta({ description: 'The recipient named no purpose: the trust domain assumes this one.' }),
      })
      .exactOptional()
      .meta({ description: 'Absent where the recipient named no purpose.' }),
    channel: z.string(),
    repeated: z.literal(true).exactOptional().meta({
      description:
        'The signed request of the recipient was answered before. Anybody who has seen it may have sent it again: then nothing was told to the recipient.',
    }),
    certificates: z.array(certificateRef),
    count: z.int(),
  })
  .meta({ id: 'OwnEntry' });

export const route = defineRoute({
  id: 'listOwnRecords',
  method: 'GET',
  path: '/api/v1/own/records',
  summary: 'Who was told what about me, when and why, newest first',
  description: 'For holders, and for delegates who name the holder.',
  lane: 'api',
  access: ['holder'],
  query: z.strictObject({
    holder: principalId
      .exactOptional()
      .meta({ description: 'The holder whose delegate the caller is. The default is the caller.' }),
    from: time.exactOptional().meta({ description: 'The earliest time, inclusive.' }),
    to: time.exactOptional().meta({ description: 'The latest time, exclusive.' }),
    limit: pageLimit(1000, 100),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ entries: z.array(entry), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'input-too-large'],
  // `own` resolves when the record of this answer is durable.
  handle: async ({ disclosures }, { query, request }, caller) => {
    const asked = { ...query, holder: query.holder ?? caller.id };
    const { record, ...page } = await disclosures.own(caller, asked, request.method);
    return json(200, page, recordHeader(record));
  },
});
