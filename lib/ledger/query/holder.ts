import { Fault, phrase } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import { readRecordedAct } from '../../recorded-act.ts';
import type { Item, Table } from '../../store/store.ts';
import type { Ledger, LedgerRecord, RecordPage, RecordQuery } from '../contract.ts';
import { idFloor, isRecordId } from '../ids.ts';
import { certificatePk, holderPk } from '../rows.ts';
import { matchingRecords, SCAN_FACTOR } from './matching.ts';
import { type Bounds, cursorInvalid, encodePosition } from './position.ts';

/** The most certificates of one holder that are read. */
const MAX_HELD = 1000;

/** The fewest rows that are read in each of several partitions. */
const MIN_MERGED = 8;

/**
 * The certificates issued to the holder. Only a proven issuance to this holder counts, since a row that points elsewhere would
 * show somebody the records of another person. Fault: `input-too-large`.
 */
export const heldCertificates = async (
  table: Table,
  ledger: Pick<Ledger, 'act'>,
  holder: string,
): Promise<readonly CertificateRef[]> => {
  const { items, cursor } = await table.query({ pk: holderPk(holder), limit: MAX_HELD });
  if (cursor !== undefined) {
    throw new Fault('input-too-large', phrase`A holder has at most ${MAX_HELD} certificates here.`);
  }
  const found = await Promise.all(
    items
      .map(({ sk }) => sk)
      .filter(isRecordId)
      .map((id) => readRecordedAct(ledger, id, { kind: 'issuance', holder })),
  );
  const refs = new Map<string, CertificateRef>();
  for (const record of found) {
    for (const ref of record?.certificates ?? []) refs.set(certificatePk(ref.ca, ref.serial), ref);
  }
  return [...refs.values()];
};

/**
 * Merges the records of all the holder's certificates, newest first. The position is the id of the last record that was
 * looked at. The next page takes the records below it in every partition, so records added above meanwhile do not
 * matter.
 */
export const mergeCertificates = async (
  table: Table,
  ledger: Pick<Ledger, 'act'>,
  holder: string,
  query: RecordQuery,
  { from, to, fingerprint, position }: Bounds,
): Promise<RecordPage> => {
  const { limit } = query;
  const pks = (await heldCertificates(table, ledger, holder)).map(({ ca, serial }) =>
    certificatePk(ca, serial),
  );
  const held = new Set(pks);
  // A pointer under a certificate may be false.
  const isAboutHolder = ({ certificates = [] }: LedgerRecord): boolean =>
    certificates.some(({ ca, serial }) => held.has(certificatePk(ca, serial)));
  const records: LedgerRecord[] = [];
  let rows = limit * SCAN_FACTOR;
  if (position && !(isRecordId(position.inner) && position.inner < idFloor(to))) throw cursorInvalid();
  let below = position?.inner ?? idFloor(to);
  // The more certificates, the fewer rows of each: a row that is read but not returned is read again for the next page.
  const each = Math.min(limit, Math.max(MIN_MERGED, Math.ceil((2 * limit) / Math.max(1, pks.length))));
  for (;;) {
    const newest = await newestOf(table, pks, { from: idFloor(from), to: below }, each);
    const next = newest.slice(0, limit - records.length);
    const last = next.at(-1);
    if (!last) return { records };
    below = last.sk;
    rows -= next.length;
    records.push(...(await matchingRecords(table, next, true, query)).filter(isAboutHolder));
    if (records.length === limit || rows <= 0) {
      return { records, cursor: encodePosition({ pk: 'holder', inner: below, query: fingerprint, to }) };
    }
  }
};

/** The newest rows of several partitions, each id once. Reads `each` rows of every partition. */
const newestOf = async (
  table: Table,
  pks: readonly string[],
  period: { readonly from: string; readonly to: string },
  each: number,
): Promise<readonly Item[]> => {
  const pages = await Promise.all(
    pks.map((pk) => table.query({ pk, ...period, descending: true, limit: each })),
  );
  // If a partition has more rows than its page, older rows of other partitions are left out: unread rows may be newer.
  const horizon = pages.reduce((highest, { items, cursor }) => {
    const last = items.at(-1)?.sk ?? '';
    return cursor !== undefined && last > highest ? last : highest;
  }, '');
  const rows = new Map(
    pages.flatMap(({ items }) =>
      items.filter(({ sk }) => sk >= horizon && isRecordId(sk)).map((item) => [item.sk, item] as const),
    ),
  );
  return [...rows.values()].sort((a, b) => (a.sk < b.sk ? 1 : -1));
};
