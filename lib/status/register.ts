import { isDeepStrictEqual } from 'node:util';
import type { EntryReason, SerialHex } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import {
  type Condition,
  everyItem,
  type Item,
  type Key,
  MAX_PAGE,
  type Page,
  type Table,
  type Value,
  type Write,
} from '../store/store.ts';

/**
 * The status register: one small row for each serial number ever taken, and one for each certificate that a CRL must
 * list. OCSP and CRLs read it. The register makes the writes that change a status. The authority decides on the change,
 * and stores these writes in one `Table.write` with the record of the change.
 *
 *   status/{ca}/{digit}  {serial}  StatusRow, under the last hex digit of the serial number
 *   revoked/{ca}         {serial}  RevokedRow, while the certificate is revoked or on hold
 *   changed/{ca}         {from} {serial} {mark}  until a CRL is current that was built after the row was read
 *
 * A row of `changed` says only that a CRL has to look at a serial number again: at once (`from` 0), or in a list that
 * follows a regularly scheduled one made after `from`. Each change of `revoked` puts such a row in the same write. A
 * new entry also puts one for the time when its certificate has expired. The mark is drawn for each change, so no two
 * changes share a key.
 *
 * Serial numbers end in random digits, so they are spread over a CA's sixteen partitions. All of them can be listed
 * without an index, which somebody could change without the register.
 */
export type StatusRow = Admission &
  ({ readonly state: 'good' } | ({ readonly state: 'revoked' | 'hold' } & RevocationEntry));

export type Admission = {
  readonly request: string;
  /** Unix seconds. */
  readonly notAfter: number;
  /**
   * Unix seconds: when the last act was recorded that the row shows: the issuance, a hold, a release, a revocation, or one
   * that raised it. No answer that shows it has an earlier thisUpdate.
   */
  readonly since: number;
  /** The tenant of the certificate. Absent where it is of none, or where nothing proves whose it is. */
  readonly tenant?: string;
};

export type RevocationEntry = {
  /** Unix seconds: when it was recorded, which is when it took effect. */
  readonly revocationTime: number;
  readonly reason: EntryReason;
  /** Unix seconds. */
  readonly invalidityDate?: number;
};

export type RevokedRow = RevocationEntry & { readonly notAfter: number };

/** A certificate's status as it was read. */
export type Registered = Item<StatusRow>;

/** The two rows of a certificate's status as they were read. A change of them is conditional on their versions. */
export interface StatusRows {
  readonly status?: Registered;
  readonly listed?: Item<RevokedRow>;
}

const statusPk = (ca: string, digit: string): string => `status/${ca}/${digit}`;
const statusKey = ({ ca, serial }: CertificateRef) => ({ pk: statusPk(ca, serial.slice(-1)), sk: serial });
const revokedPk = (ca: string): string => `revoked/${ca}`;
const revokedKey = ({ ca, serial }: CertificateRef) => ({ pk: revokedPk(ca), sk: serial });
const changedPk = (ca: string): string => `changed/${ca}`;
/** Twelve digits keep the order of times until the year 9999. */
const changedFrom = (seconds: number): string => String(seconds).padStart(12, '0');

const AT_ONCE = 0;

const changedWrite = ({ ca, serial }: CertificateRef, from: number, mark: string): Write => ({
  put: { pk: changedPk(ca), sk: `${changedFrom(from)} ${serial} ${mark}` },
  value: {},
  if: 'absent',
});

/** The serial numbers that the next CRL has to look at again. */
export interface Changes {
  readonly serials: readonly SerialHex[];
  /** The change rows, for `settledWrites` once a CRL built from a later read of the register is current. */
  readonly keys: readonly Key[];
}

export interface Register {
  lookup(ref: CertificateRef): Promise<Registered | undefined>;
  /** Both rows of one certificate. */
  read(ref: CertificateRef): Promise<StatusRows>;
  /** One page of the entries of that CA's next CRL, in the order of serials. */
  revoked(ca: string, cursor?: string): Promise<Page<RevokedRow>>;
  /** The entry of one certificate in the next CRL; undefined where it has none. */
  listed(ref: CertificateRef): Promise<RevokedRow | undefined>;
  /**
   * The serial numbers on which the next CRL of that CA may differ from the current one, if the next one leaves out
   * certificates that had expired before `expired` (Unix seconds). The answer may contain a number too many; it leaves
   * none out. Where there are more than `limit` change rows, only `limit` + 1 of them are read.
   */
  changed(ca: string, expired: number, limit: number): Promise<Changes>;
  /** Rows of the serial numbers of that CA that end in this hex digit, `from` and above. */
  known(ca: string, digit: string, from: string, limit: number): Promise<Page<StatusRow>>;
  readonly admitWrites: typeof admitWrites;
  readonly says: typeof says;
  readonly changeWrites: typeof changeWrites;
  readonly unlistWrites: typeof unlistWrites;
  readonly settledWrites: typeof settledWrites;
}

/**
 * From here on the certificate may exist: it can be revoked, and OCSP calls it good. The condition makes a collision of
 * serial numbers fail before anything is signed.
 */
const admitWrites = (ref: CertificateRef, admission: Admission): readonly Write[] => [
  {
    put: statusKey(ref),
    value: { state: 'good', ...admission } satisfies StatusRow,
    if: 'absent',
  },
];

const asRead = (item: Item | undefined): Condition => (item ? { version: item.version } : 'absent');

/** What a CRL says about a certificate of this status; undefined where it leaves the certificate out. */
const listedAs = (status: StatusRow): RevokedRow | undefined => {
  if (status.state === 'good') return undefined;
  const { state: _state, request: _request, since: _since, tenant: _tenant, ...entry } = status;
  return entry;
};

/** Whether both rows say this status. */
const says = ({ status, listed }: StatusRows, wanted: StatusRow): boolean =>
  isDeepStrictEqual(status?.value, wanted) && isDeepStrictEqual(listed?.value, listedAs(wanted));

/**
 * Writes after which the rows say `next`, whatever they said before. `mark` must not have been used for another change of
 * this certificate.
 */
const changeWrites = (
  ref: CertificateRef,
  { status, listed }: StatusRows,
  next: StatusRow,
  mark: string,
): readonly Write[] => {
  const entry = listedAs(next);
  return [
    { put: statusKey(ref), value: next, if: asRead(status) },
    ...(entry ? [{ put: revokedKey(ref), value: entry, if: asRead(listed) }] : []),
    ...(!entry && listed ? [{ delete: revokedKey(ref), if: { version: listed.version } }] : []),
    changedWrite(ref, AT_ONCE, mark),
    // An entry with the same end has already put this row.
    ...(entry && listed?.value.notAfter !== entry.notAfter ? [changedWrite(ref, entry.notAfter, mark)] : []),
  ];
};

/** Writes after which no CRL looks for the certificate any more. Its status stays as it is. */
const unlistWrites = (
  ref: CertificateRef,
  { listed }: Pick<StatusRows, 'listed'>,
  mark: string,
): readonly Write[] => [
  ...(listed ? [{ delete: revokedKey(ref), if: { version: listed.version } }] : []),
  changedWrite(ref, AT_ONCE, mark),
];

const settledWrites = (keys: readonly Key[]): readonly Write[] =>
  keys.map((key) => ({ delete: key, if: { version: 1 } }));

/** A row without the form of a status row counts as closed: it opens nothing, and the acts say what it should say. */
const MALFORMED = {
  state: 'revoked',
  request: '',
  notAfter: 0,
  since: 0,
  revocationTime: 0,
  reason: 'unspecified',
} as const;

const STATES: ReadonlySet<unknown> = new Set(['good', 'hold', 'revoked']);

/** Somebody else may have written anything. */
const wellFormed = (item: Item<StatusRow>): Item<StatusRow> => {
  const { state, request, notAfter, revocationTime, reason }: Partial<Record<string, unknown>> = item.value;
  const isWhole =
    STATES.has(state) &&
    typeof request === 'string' &&
    Number.isSafeInteger(notAfter) &&
    (state === 'good' || (Number.isSafeInteger(revocationTime) && typeof reason === 'string'));
  return isWhole ? item : { ...item, value: MALFORMED };
};

/** Somebody else may have put a value that is no object. It then has no members. */
export const withMembers = <V extends Value>(item: Item<V>): Item<V> =>
  (item.value as V | null) === null ? { ...item, value: {} as V } : item;

const getOne = async <V extends Value>(table: Table, key: Key): Promise<Item<V> | undefined> => {
  const item = await table.get<V>(key);
  return item && withMembers(item);
};

export const openRegister = (table: Table): Register => ({
  lookup: (ref) => getOne<StatusRow>(table, statusKey(ref)),
  read: async (ref) => {
    const [status, listed] = await Promise.all([
      getOne<StatusRow>(table, statusKey(ref)),
      getOne<RevokedRow>(table, revokedKey(ref)),
    ]);
    return { ...(status && { status: wellFormed(status) }), ...(listed && { listed }) };
  },
  revoked: async (ca, cursor) => {
    const query = { pk: revokedPk(ca), limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) };
    const page = await table.query<RevokedRow>(query);
    return { ...page, items: page.items.map(withMembers) };
  },
  listed: async (ref) => (await getOne<RevokedRow>(table, revokedKey(ref)))?.value,
  changed: async (ca, expired, limit) => {
    const keys: Key[] = [];
    const to = changedFrom(Math.max(expired, AT_ONCE + 1));
    for await (const { pk, sk } of everyItem(table, { pk: changedPk(ca), to })) {
      keys.push({ pk, sk });
      if (keys.length > limit) break;
    }
    return { serials: [...new Set(keys.map(({ sk }) => sk.split(' ')[1] as SerialHex))], keys };
  },
  known: (ca, digit, from, limit) => table.query<StatusRow>({ pk: statusPk(ca, digit), from, limit }),
  admitWrites,
  says,
  changeWrites,
  unlistWrites,
  settledWrites,
});
