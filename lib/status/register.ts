import type { CrlReason } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item, Page, Table, Write } from '../store/store.ts';

/**
 * The status register: one small row for each serial number ever taken, and one for each certificate that a
 * CRL must list. It answers what OCSP and CRLs ask, and makes the writes that change a status; whoever decides on
 * the change (the authority) stores them in one `Table.write` with the record of it.
 *
 *   status/{ca}/{digit}  {serial}  StatusRow, under the last hex digit of the serial number
 *   revoked/{ca}         {serial}  RevokedRow, while the certificate is revoked or on hold
 *
 * Serial numbers end in chance, so each of a CA's sixteen partitions has its share of them, and all of them can be
 * listed without an index that somebody might change without the register.
 */
export type StatusRow =
  /** Of a number that its request took before it had a certificate, as earlier versions of the service did. */
  | { readonly state: 'reserved'; readonly request: string }
  | { readonly state: 'good'; readonly request: string; readonly notAfter: number }
  | ({
      readonly state: 'revoked' | 'hold';
      readonly request: string;
      readonly notAfter: number;
    } & RevocationEntry);

export type RevocationEntry = {
  /** Unix seconds: when it was recorded, which is when it took effect. */
  readonly revocationTime: number;
  readonly reason: CrlReason;
  /** Unix seconds. */
  readonly invalidityDate?: number;
};

export type RevokedRow = RevocationEntry & { readonly notAfter: number };

/** A certificate's status as it was read, with the version that a change of it must meet. */
export type Registered = Item<StatusRow>;
/** The same, known to be in one of the states `S`. */
export type RegisteredAs<S extends StatusRow['state']> = Item<StatusRow & { readonly state: S }>;

const statusPk = (ca: string, digit: string): string => `status/${ca}/${digit}`;
const statusKey = ({ ca, serial }: CertificateRef) => ({ pk: statusPk(ca, serial.slice(-1)), sk: serial });
const revokedPk = (ca: string): string => `revoked/${ca}`;

/** A hold's row is put anew each time, so it stands at version 1 until a revocation replaces it. */
const HELD_VERSION = 1;

export interface Register {
  lookup(ref: CertificateRef): Promise<Registered | undefined>;
  /** One page of what a CRL of that CA lists, in the order of serials. */
  revoked(ca: string, cursor?: string): Promise<Page<RevokedRow>>;
  /** Rows of the serial numbers of that CA that end in this hex digit, `from` and above. */
  known(ca: string, digit: string, from: string, limit: number): Promise<Page<StatusRow>>;
  readonly admitWrites: typeof admitWrites;
  readonly retireWrites: typeof retireWrites;
  readonly revokeWrites: typeof revokeWrites;
  readonly releaseWrites: typeof releaseWrites;
}

/**
 * From here on the certificate may exist: it can be revoked, and OCSP calls it good. The condition makes a collision of
 * serial numbers fail before anything is signed. `notAfter` in Unix seconds; `reserved` where the request has its number
 * already.
 */
const admitWrites = (
  ref: CertificateRef,
  request: string,
  notAfter: number,
  reserved?: RegisteredAs<'reserved'>,
): readonly Write[] => [
  {
    put: statusKey(ref),
    value: { state: 'good', request, notAfter } satisfies StatusRow,
    if: reserved ? { version: reserved.version } : 'absent',
  },
];

/** A number that was reserved for nothing: it stays taken, and whoever was about to admit it no longer can. */
const retireWrites = (ref: CertificateRef, reserved: RegisteredAs<'reserved'>): readonly Write[] => [
  { put: statusKey(ref), value: reserved.value, if: { version: reserved.version } },
];

/** Revokes or holds. `from` must be good, or on hold when it is to be revoked. */
const revokeWrites = (
  ref: CertificateRef,
  from: RegisteredAs<'good' | 'hold'>,
  state: 'revoked' | 'hold',
  entry: RevocationEntry,
): readonly Write[] => {
  const { request, notAfter } = from.value;
  return [
    {
      put: statusKey(ref),
      value: { state, request, notAfter, ...entry } satisfies StatusRow,
      if: { version: from.version },
    },
    {
      put: { pk: revokedPk(ref.ca), sk: ref.serial },
      value: { notAfter, ...entry } satisfies RevokedRow,
      if: from.value.state === 'hold' ? { version: HELD_VERSION } : 'absent',
    },
  ];
};

const releaseWrites = (ref: CertificateRef, held: RegisteredAs<'hold'>): readonly Write[] => {
  const { request, notAfter } = held.value;
  return [
    {
      put: statusKey(ref),
      value: { state: 'good', request, notAfter } satisfies StatusRow,
      if: { version: held.version },
    },
    { delete: { pk: revokedPk(ref.ca), sk: ref.serial }, if: { version: HELD_VERSION } },
  ];
};

export const openRegister = (table: Table): Register => ({
  lookup: (ref) => table.get<StatusRow>(statusKey(ref)),
  revoked: (ca, cursor) =>
    table.query<RevokedRow>({ pk: revokedPk(ca), limit: 1000, ...(cursor !== undefined && { cursor }) }),
  known: (ca, digit, from, limit) => table.query<StatusRow>({ pk: statusPk(ca, digit), from, limit }),
  admitWrites,
  retireWrites,
  revokeWrites,
  releaseWrites,
});
