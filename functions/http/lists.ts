import * as z from 'zod';
import type { App } from '../../lib/app.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../../lib/ledger/ledger.ts';
import type { Principal } from '../../lib/principal.ts';
import type { HttpResponse } from './http.ts';
import { provide, type Told, toldByTenant } from './provide.ts';
import { namesRecord } from './record-header.ts';
import { cursor, officeId, pageLimit, profileId } from './schemas.ts';

/* What the lists of requests and of certificates have in common: at the door, and in their records. */

/** A record names so many requests with their certificates, or certificates with their requests. */
export const LISTED_PER_RECORD = Math.floor(MAX_CERTIFICATES_PER_RECORD / 2);

/** Two records have room for a whole page. */
export const listLimit = pageLimit(50, 20);

/** Both lists take these. */
export const listedBy = {
  office: officeId
    .exactOptional()
    .meta({ description: "A sub-office's id; for officers the own one, or one of its predecessors." }),
  profile: profileId.exactOptional().meta({ description: 'The id of the profile.' }),
};

export const listCount = z
  .enum(['true', 'false'])
  .exactOptional()
  .meta({ description: '`true`: also how many there are, where one list holds them.' });

/** The body of a search, around what else the list can be asked for. */
export const searchBody = <F extends z.ZodRawShape>(filter: F) =>
  z.strictObject({
    text: z
      .string()
      .min(1)
      .max(1_000)
      .meta({ description: 'The beginning of a value, or of a word in it, in 2 to 64 characters.' }),
    ...filter,
    limit: z.int().min(1).max(50).default(20),
    cursor: cursor.exactOptional(),
  });

/** The answer with a page. `items`: the member with what is listed. */
export const listPage = <I extends z.ZodRawShape>(description: string, items: I) => ({
  200: {
    description,
    headers: namesRecord,
    schema: z.object({
      ...items,
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
});

/** To an officer the room has refused any office but the own and its predecessors. Faults: `unknown-office`, `invalid-input`. */
export const assertNamed = (
  { names }: Pick<App, 'names'>,
  caller: Principal,
  { office, tenant }: { readonly office?: string; readonly tenant?: string },
): Promise<void> =>
  names.assertKnown(caller, {
    ...(office !== undefined && { office }),
    ...(tenant !== undefined && { tenant }),
  });

/** The record of a page says this. */
interface Telling<T> extends Pick<Told, 'channel' | 'method'> {
  /** What was asked for, and never a text that was searched for. */
  readonly provided: Told['provided'];
  readonly tell: (shown: readonly T[]) => Pick<Told, 'certificates' | 'requests'>;
}

/** `items` are those on the page. */
export const provideList = <T extends { readonly tenant?: string }>(
  { ledger }: Pick<App, 'ledger'>,
  caller: Principal,
  page: object,
  items: readonly T[],
  { tell, ...told }: Telling<T>,
): Promise<HttpResponse> => {
  const { predecessors } = caller;
  return provide(
    ledger,
    caller,
    { ...page, ...(predecessors && { predecessors }) },
    ...toldByTenant(
      items,
      ({ tenant }) => tenant,
      (shown): Told => ({ ...told, ...tell(shown), count: shown.length }),
      LISTED_PER_RECORD,
    ),
  );
};
