import { hash } from 'node:crypto';
import { wentThrough } from '../fault.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item, Key, Table, Write } from '../store/store.ts';
import { claimWrite, releaseWrite, type UsedKeyRow, usedKeyAt } from '../used-key.ts';
import { REQUEST_STATES, type RequestState, type Submission } from './contract.ts';
import type { Request } from './decide.ts';

/**
 * Registration's rows.
 *
 *   request/{id}                             request  the request, without what names a person (request-data.ts)
 *   requests                                 {id}     all requests, by time
 *   requests/tenant/{tenant}                 {id}     a tenant's requests
 *   requests/office/{office}                 {id}     an office's requests
 *   requests/state/{state}                   {id}     the requests in a state; those in `approved` are still to be issued
 *   requests/tenant/{tenant}/state/{state}   {id}     a tenant's requests in a state
 *   requests/office/{office}/state/{state}   {id}     an office's requests in a state
 *   requests/office/{office}/profile/{profile} {id}   an office's requests for certificates of a profile
 *   requests/tenant/{tenant}/profile/{profile} {id}   a tenant's; and requests/profile/{profile} those of all
 *   requests/by/{officer}                    {id}     the requests that an officer submitted
 *   requests/holder/{holder}                 {id}     the requests that name a holder
 *   requests/tenant/{tenant}/holder/{holder} {id}     a tenant's requests that name a holder
 *   requests/issued-to/{officer}             {id}     the requests for certificates of an officer
 *   issued-to/{office}                       {officer} an office's officers for whom it asked for certificates
 *   request-idempotency/{principal}          {digest} which request the principal's idempotency key gives
 *
 * The row of the request's public key is in the index of used keys (lib/used-key.ts). The listings hold no data of their own: a page costs one query and one read for each of its requests. Rows that are put
 * once and deleted once are always at version 1.
 */
export type RequestRow = Request & {
  /** Ids of the ledger's records of the submission and the examinations of this round, in the order of the acts. */
  readonly records: readonly string[];
  /** New at every write. If a write's answer is lost, it shows whether the write was stored. */
  readonly change: string;
};

export type IdempotencyRow = {
  readonly submission: string;
  readonly request: string;
  /** Unix seconds. From then on the key counts as unused, even if the store still has the row. */
  readonly until: number;
};

/** No client repeats a call after this time, not even over the New Year holidays. */
export const IDEMPOTENCY_SECONDS = 7 * 86_400;

/** The certificate that a request led to, by the request's row; undefined where it led to none. */
export const openCertificateOfRequest =
  (table: Pick<Table, 'get'>) =>
  async (id: string): Promise<CertificateRef | undefined> =>
    (await table.get<RequestRow>(requestKey(id)))?.value.certificate;

export const requestKey = (id: string): Key => ({ pk: `request/${id}`, sk: 'request' });

/** Hashed, so that the caller's key may hold any character. */
export const idempotencyRowKey = (principal: string, key: string): Key => ({
  pk: `request-idempotency/${principal}`,
  sk: hash('sha256', key),
});

/** The same submission gives the same digest, whatever the order of its fields. */
export const submissionDigest = ({ profile, csr, fields, holder, issuedTo }: Submission): string =>
  hash(
    'sha256',
    JSON.stringify([
      profile,
      csr,
      Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)),
      ...(holder === undefined && issuedTo === undefined ? [] : [holder ?? null]),
      ...(issuedTo === undefined ? [] : [issuedTo]),
    ]),
  );

/** An office belongs to one tenant, so its listing needs no tenant. */
export const listingPk = ({
  tenant,
  office,
  state,
}: {
  readonly tenant?: string | undefined;
  readonly office?: string | undefined;
  readonly state?: RequestState | undefined;
}): string =>
  [
    'requests',
    ...(office !== undefined ? ['office', office] : tenant !== undefined ? ['tenant', tenant] : []),
    ...(state === undefined ? [] : ['state', state]),
  ].join('/');

const keysAt = (id: string, ...pks: readonly string[]): readonly Key[] => pks.map((pk) => ({ pk, sk: id }));

const stateListings = (id: string, { tenant, office, state }: Request): readonly Key[] =>
  keysAt(id, listingPk({ state }), listingPk({ tenant, state }), listingPk({ office, state }));

export const holderListingPk = (holder: string, tenant?: string): string =>
  `${listingPk({ tenant })}/holder/${holder}`;

export const issuedToListingPk = (officer: string): string => `requests/issued-to/${officer}`;

export const byListingPk = (officer: string): string => `requests/by/${officer}`;

export const profileListingPk = (
  of: { readonly tenant?: string | undefined; readonly office?: string | undefined },
  profile: string,
): string => `${listingPk(of)}/profile/${profile}`;

export const expectedPk = (office: string): string => `issued-to/${office}`;

const lastingListings = (
  id: string,
  { tenant, office, profile, holder, issuedTo, submittedBy }: Request,
): readonly Key[] => [
  ...keysAt(id, listingPk({}), listingPk({ tenant }), listingPk({ office })),
  ...keysAt(id, ...[{}, { tenant }, { office }].map((of) => profileListingPk(of, profile))),
  ...keysAt(id, byListingPk(submittedBy)),
  ...(holder === undefined ? [] : keysAt(id, holderListingPk(holder), holderListingPk(holder, tenant))),
  ...(issuedTo === undefined ? [] : keysAt(id, issuedToListingPk(issuedTo))),
];

const list = (key: Key): Write => ({ put: key, value: {}, if: 'absent' });
const remove = (key: Key): Write => ({ delete: key, if: { version: 1 } });

/** The row of the key, where the request as this row has it sets its key free. */
export const freedKey = async (
  table: Pick<Table, 'get'>,
  row: RequestRow,
): Promise<Item<UsedKeyRow> | undefined> =>
  freesKey(row) ? table.get<UsedKeyRow>(usedKeyAt(row.key.identity)) : undefined;

/** Only the request that the key waits for sets it free. */
const release = (id: string, { key }: RequestRow, held: Item<UsedKeyRow> | undefined): readonly Write[] =>
  held?.value?.request === id ? [releaseWrite(key, held.version)] : [];

/**
 * The writes that take a request from one row to the next, or create the first. A rejected, withdrawn or failed request
 * frees its public key; that of an issued request stays used for ever.
 */
export const requestWrites = (
  id: string,
  before: Item<RequestRow> | undefined,
  row: RequestRow,
  freed?: Item<UsedKeyRow>,
): readonly Write[] => {
  if (before === undefined) {
    return [
      { put: requestKey(id), value: row, if: 'absent' },
      claimWrite(row.key, id),
      ...[...lastingListings(id, row), ...stateListings(id, row)].map(list),
    ];
  }
  // The office may approve in the state `examined`, which the request then keeps.
  const isListed = before.value.state === row.state;
  return [
    { put: requestKey(id), value: row, if: { version: before.version } },
    ...(isListed ? [] : stateListings(id, before.value).map(remove)),
    ...(isListed ? [] : stateListings(id, row).map(list)),
    ...release(id, row, freed),
  ];
};

const freesKey = ({ state }: Request): boolean =>
  state === 'rejected' || state === 'withdrawn' || state === 'failed';

/**
 * The same writes where the listings and the key's row may not fit the request's row: somebody has put a part of the rows
 * back. They are made from the rows that are there.
 */
export const repairWrites = async (
  table: Pick<Table, 'get'>,
  id: string,
  before: Item<RequestRow>,
  row: RequestRow,
): Promise<readonly Write[]> => {
  const listings = REQUEST_STATES.flatMap((state) => stateListings(id, { ...row, state }));
  const wanted = new Set(stateListings(id, row).map(({ pk }) => pk));
  const [held, ...listed] = await Promise.all([
    table.get<UsedKeyRow>(usedKeyAt(row.key.identity)),
    ...listings.map((one) => table.get(one)),
  ]);
  // An issuance has taken the key over, in the same write as its certificate's rows.
  const isWaiting = !freesKey(row) && row.state !== 'issued';
  return [
    { put: requestKey(id), value: row, if: { version: before.version } },
    ...listings.flatMap((listing, i): readonly Write[] => {
      const item = listed[i];
      if (wanted.has(listing.pk)) return item === undefined ? [list(listing)] : [];
      return item === undefined ? [] : [{ delete: listing, if: { version: item.version } }];
    }),
    ...(freesKey(row) ? release(id, row, held) : []),
    ...(isWaiting && held === undefined ? [claimWrite({ identity: row.key.identity }, id)] : []),
  ];
};

/**
 * Stores the row with these writes. False where another change was first; then nothing was written. Where the outcome is
 * unknown the row is read again, to see whether it carries this change.
 */
export const storeRow = async (
  table: Pick<Table, 'get' | 'write'>,
  id: string,
  row: RequestRow,
  writes: readonly Write[],
): Promise<boolean> => {
  try {
    return await wentThrough(table.write(writes));
  } catch (error) {
    const found = await table.get<RequestRow>(requestKey(id)).catch(() => undefined);
    if (found?.value.change === row.change) return true;
    throw error;
  }
};
