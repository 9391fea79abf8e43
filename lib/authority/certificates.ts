import { Fault } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import type { ItemName } from '../personal/personal.ts';
import type { CertificateRef } from '../principal.ts';
import { type RecordedAct, readRecordedAct } from '../recorded-act.ts';
import {
  everyItem,
  type Item,
  type Key,
  type Page,
  type Table,
  type Value,
  type Write,
} from '../store/store.ts';
import type { Recorder } from './deps.ts';

/**
 * The authority's rows. Which certificate an order became is no row: the end of the order says it (issuance-end.ts).
 *
 *   certificates/{ca}/{digit} {serial}  CertificateRow, partitioned as the status register is
 *   certificates-of/…                   the lists of certificates (certificate-listings.ts)
 *   unfinished/{digit}        {order}   a certificate that is recorded and not yet signed; a crash between steps 4 and 7
 *                                       leaves one
 */
export type CertificateRow = RowFacts & (InlineBytes | ApartBytes);

type RowFacts = {
  /** The id of the request, or one that the authority made where no sub-office asked. */
  readonly order: string;
  readonly profile: string;
  readonly profileVersion: number;
  /** Absent where the certificate is of no tenant. */
  readonly tenant?: string;
  readonly office?: string;
  /** The pseudonym of whom it is about, and the officer to whom the office gave it. */
  readonly holder?: string;
  readonly issuedTo?: string;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Ids of the lint rules that it passed. */
  readonly linted: readonly string[];
  /** Id of the record of its issuance. */
  readonly record: string;
};

/** These bytes may name somebody. */
export type Bytes = {
  /** For people: `C=JP, O=…`. */
  readonly subject: string;
  /** base64 of the linted TBSCertificate. */
  readonly tbs: string;
  /** base64 of the certificate, from step 7 on. */
  readonly der?: string;
};

/** A certificate of the service itself: of a CA, of a responder, of one of its doors. */
type InlineBytes = Bytes & { readonly apart?: undefined };

/** A certificate that is about somebody outside: its bytes stand apart (certificate-bytes.ts). */
type ApartBytes = {
  readonly apart: true;
  /** From step 7 on. */
  readonly signed?: true;
};

export const isSigned = (row: CertificateRow): boolean =>
  row.apart === true ? row.signed === true : row.der !== undefined;

/** The last hex digits of serial numbers. */
export const DIGITS = '0123456789abcdef';

const certificatesPk = (ca: string, digit: string): string => `certificates/${ca}/${digit}`;

export const certificateKey = ({ ca, serial }: CertificateRef): Key => ({
  pk: certificatesPk(ca, serial.slice(-1)),
  sk: serial,
});

/** What names somebody in the certificate stands apart, under this name. */
export const certificateItem = ({ ca, serial }: CertificateRef): ItemName => `certificate/${ca}/${serial}`;

export const certificateOfItem = (name: ItemName): CertificateRef | undefined => {
  const [kind, ca, serial] = name.split('/');
  return kind === 'certificate' && ca !== undefined && serial !== undefined ? { ca, serial } : undefined;
};

const unfinishedKey = (order: string, { serial }: CertificateRef): Key => ({
  pk: `unfinished/${serial.at(-1)}`,
  sk: order,
});

export const unfinishedWrite = (order: string, ref: CertificateRef): Write => ({
  put: unfinishedKey(order, ref),
  value: { ...ref },
  if: 'absent',
});

export const finishedWrite = (order: string, ref: CertificateRef): Write => ({
  delete: unfinishedKey(order, ref),
  if: { version: 1 },
});

export const readCertificate = async (table: Table, ref: CertificateRef): Promise<Item<CertificateRow>> => {
  const item = await table.get<CertificateRow>(certificateKey(ref));
  if (item) return item;
  throw unknownCertificate();
};

export const unknownCertificate = (): Fault =>
  new Fault('unknown-certificate', 'No certificate with that serial number was issued by that authority.');

/** The rows of the CA's certificates whose serial numbers end in this hex digit, from the serial number `from` on. */
export const readCertificates = (
  table: Table,
  ca: string,
  digit: string,
  from: string,
  limit: number,
): Promise<Page<CertificateRow>> => table.query({ pk: certificatesPk(ca, digit), from, limit });

export const readUnfinished = async (
  table: Table,
): Promise<readonly { order: string; ref: CertificateRef }[]> => {
  const found: { order: string; ref: CertificateRef }[] = [];
  for (const digit of DIGITS) {
    const rows = everyItem<{ readonly ca: string; readonly serial: string }>(table, {
      pk: `unfinished/${digit}`,
    });
    for await (const { sk, value } of rows) found.push({ order: sk, ref: value });
  }
  return found;
};

/** The record that the row names. Undefined unless it records the issuance of this certificate with these `details`. */
export const readIssuance = (
  recorder: Pick<Recorder, 'act'>,
  certificate: CertificateRef,
  { record }: CertificateRow,
  details: Value = {},
): Promise<RecordedAct<LedgerRecord, 'issuance'> | undefined> =>
  readRecordedAct(recorder, record, { kind: 'issuance', certificate, details });
