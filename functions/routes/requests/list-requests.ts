import * as z from 'zod';
import { REQUEST_STATES } from '../../../lib/registration/registration.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit, requestView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'listRequests',
  method: 'GET',
  path: '/api/v1/requests',
  summary: 'Requests, newest first',
  description:
    "Officers see their own office's requests. Operators and auditors see all, or those of one office.",
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, "Must be an office's id.")
      .exactOptional()
      .meta({ description: "A sub-office's id." }),
    state: z
      .enum(REQUEST_STATES)
      .exactOptional()
      .meta({ description: 'The state in which the requests are now.' }),
    // The record of the answer names every certificate on the page. Keep below what one record may name.
    limit: pageLimit(50, 20),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ requests: z.array(requestView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async ({ registration, ledger, names }, { query, request }, caller) => {
    const page = await registration.list(caller, query);
    // To an officer the room has refused any office but the own.
    await names.assertKnown(query.office === undefined ? {} : { office: query.office });
    const { limit, cursor: _cursor, ...filter } = query;
    return provide(ledger, caller, page, {
      channel: 'requests',
      method: request.method,
      certificates: page.requests.flatMap(({ certificate }) => certificate ?? []),
      provided: { filter, limit, requests: page.requests.map(({ id }) => id) },
      count: page.requests.length,
    });
  },
});
