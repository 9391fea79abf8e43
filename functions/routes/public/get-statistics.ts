import * as z from 'zod';
import { ROUNDING } from '../../../lib/ledger/ledger.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { month } from '../../http/schemas.ts';

const count = z.int().min(ROUNDING).multipleOf(ROUNDING);

export const route = defineRoute({
  id: 'getStatistics',
  method: 'GET',
  path: '/api/v1/statistics',
  summary: 'The numbers of certificates issued and revoked and of answers given, by month, as open data',
  description: `No number tells about one person: each is rounded to the nearest ${ROUNDING} by itself and left out if that is 0. Only months that are over are shown.`,
  lane: 'public',
  access: 'public',
  query: z.strictObject({
    from: month.meta({ description: 'The first month.' }),
    to: month.meta({ description: 'The last month, inclusive; it is over, Japan Standard Time.' }),
  }),
  responses: {
    200: {
      description: 'The statistics.',
      schema: z.object({
        rounding: z.literal(ROUNDING),
        timeZone: z.literal('Asia/Tokyo'),
        months: z.array(
          z.object({
            month,
            issuance: z.array(z.object({ profile: z.string(), count })),
            revocation: z.array(z.object({ reason: z.string(), count })),
            provision: z.array(z.object({ channel: z.string(), count })),
            repeated: z.array(z.object({ channel: z.string(), count })).meta({
              description:
                'Answers to signed requests that were answered before, and may have been sent again by anybody. They are not among the others.',
            }),
          }),
        ),
      }),
    },
  },
  faults: [],
  handle: async ({ reporting }, { query }) =>
    json(
      200,
      {
        rounding: ROUNDING,
        timeZone: 'Asia/Tokyo',
        months: await reporting.statistics(query.from, query.to),
      },
      { 'cache-control': 'public, max-age=3600' },
    ),
});
