import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../../../lib/ledger/ledger.ts';
import type { Principal } from '../../../lib/principal.ts';
import { REQUEST_STATES, type RequestView } from '../../../lib/registration/registration.ts';
import type { HttpResponse } from '../../http/http.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { pageLimit, principalId, requestView } from '../../http/schemas.ts';

/* What the list of requests and the search through them have in common. */

/** A record names as many requests, each with its certificate. */
export const REQUESTS_PER_RECORD = Math.floor(MAX_CERTIFICATES_PER_RECORD / 2);

export const requestFilter = {
  office: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, "Must be an office's id.")
    .exactOptional()
    .meta({ description: "A sub-office's id; for officers the own one, or one of its predecessors." }),
  state: z.enum(REQUEST_STATES).exactOptional().meta({
    description:
      'The state in which the requests are now. `submitted` and `examined-once` wait for the office, `examined` for the centre.',
  }),
  profile: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, "Must be a profile's id.")
    .exactOptional()
    .meta({ description: 'The id of the profile.' }),
  holder: principalId.exactOptional().meta({ description: 'The pseudonym of whom the request is about.' }),
  issuedTo: principalId
    .exactOptional()
    .meta({ description: 'The officer to whom the office gives the certificate.' }),
  submittedBy: principalId.exactOptional().meta({ description: 'The officer who submitted it.' }),
};

/** Two records have room for every request on the page, and for its certificate. */
export const requestPageLimit = pageLimit(50, 20);

export const requestPage = {
  200: {
    description: 'A page.',
    headers: namesRecord,
    schema: z.object({
      requests: z.array(requestView),
      cursor: z.string().exactOptional(),
      total: z.int().exactOptional().meta({
        description:
          'How many there are, where it was asked for and one list holds them. At most 1,000; then `more` says that there are more.',
      }),
      more: z.literal(true).exactOptional(),
      predecessors: z.array(z.string()).exactOptional().meta({
        description: "Offices that ended and whose affairs the officer's own office has taken over.",
      }),
    }),
  },
};

type Page = Awaited<ReturnType<App['registration']['list']>>;

/** `provided` says what was asked for, and never a text that was searched for. */
export const providePage = (
  { ledger }: Pick<App, 'ledger'>,
  caller: Principal,
  page: Page,
  { method, provided }: Pick<Told, 'method' | 'provided'>,
): Promise<HttpResponse> => {
  const tell = (shown: readonly RequestView[]): Told => ({
    channel: 'requests',
    method,
    certificates: shown.flatMap(({ certificate }) => certificate ?? []),
    requests: shown.map(({ id }) => id),
    provided,
    count: shown.length,
  });
  const { predecessors } = caller;
  return provide(
    ledger,
    caller,
    { ...page, ...(predecessors && { predecessors }) },
    ...toldByTenant(page.requests, ({ tenant }) => tenant, tell, REQUESTS_PER_RECORD),
  );
};
