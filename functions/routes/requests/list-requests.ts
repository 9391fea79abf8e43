import * as z from 'zod';
import { MAX_CERTIFICATES_PER_RECORD } from '../../../lib/ledger/ledger.ts';
import { REQUEST_STATES, type RequestView } from '../../../lib/registration/registration.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit, requestView } from '../../http/schemas.ts';

/** A record names as many requests, each with its certificate. */
const REQUESTS_PER_RECORD = Math.floor(MAX_CERTIFICATES_PER_RECORD / 2);

export const route = defineRoute({
  id: 'listRequests',
  method: 'GET',
  path: '/api/v1/requests',
  summary: 'Requests, newest first',
  description:
    "Officers see their own office's requests. Where it has taken over the affairs of offices that ended, the answer names these as `predecessors`, and `office` chooses one of them. Operators and auditors see those of their tenant, and those of the service all; `office` chooses one office.",
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  query: z.strictObject({
    office: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, "Must be an office's id.")
      .exactOptional()
      .meta({ description: "A sub-office's id; for officers the own one, or one of its predecessors." }),
    state: z.enum(REQUEST_STATES).exactOptional().meta({
      description:
        'The state in which the requests are now. `submitted` and `examined-once` wait for the office, `examined` for the centre.',
    }),
    // Two records have room for every request on the page, and for its certificate.
    limit: pageLimit(50, 20),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({
        requests: z.array(requestView),
        cursor: z.string().exactOptional(),
        predecessors: z.array(z.string()).exactOptional().meta({
          description: "Offices that ended and whose affairs the officer's own office has taken over.",
        }),
      }),
    },
  },
  faults: ['cursor-invalid', 'unknown-office'],
  handle: async ({ registration, ledger, names }, { query, request }, caller) => {
    const page = await registration.list(caller, query);
    // To an officer the room has refused any office but the own and its predecessors.
    await names.assertKnown(caller, query.office === undefined ? {} : { office: query.office });
    const { limit, cursor: _cursor, ...filter } = query;
    const tell = (shown: readonly RequestView[]): Told => ({
      channel: 'requests',
      method: request.method,
      certificates: shown.flatMap(({ certificate }) => certificate ?? []),
      requests: shown.map(({ id }) => id),
      provided: { filter, limit },
      count: shown.length,
    });
    const { predecessors } = caller;
    return provide(
      ledger,
      caller,
      { ...page, ...(predecessors && { predecessors }) },
      ...toldByTenant(page.requests, ({ tenant }) => tenant, tell, REQUESTS_PER_RECORD),
    );
  },
});
