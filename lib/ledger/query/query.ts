import { Fault } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import { type Item, MAX_PAGE, type Page, type Table } from '../../store/store.ts';
import { canonicalJson, digestHex } from '../canonical.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from '../contract.ts';
import { dayOf, idFloor, monthOf, timeOfId } from '../ids.ts';
import { readTombstone } from '../retention/tombstones.ts';
import {
  certificatePk,
  channelPk,
  FIRST_KEY,
  holderPk,
  kindPk,
  officePk,
  partyPk,
  purposePk,
  recordKey,
  stagedKey,
} from '../rows.ts';

const DAY = 86_400_000;

/** How many rows one page may look at for each that it returns, where something is left out. */
const SCAN_FACTOR = 20;

/** How many partitions one page may look into: whoever was not told anything for years gets pages without records. */
const MAX_PARTITIONS = 64;

/** A page may name no more certificates of one holder than these. */
const MAX_HELD = 1000;

/** Rows that are looked at in each partition of several that are merged, at least. */
const MIN_MERGED = 8;

export const getRecord = async (table: Table, id: string): Promise<LedgerRecord> => {
  // Settled after staged was read, or the other way about: looking staged, settled, in this order, finds it.
  const item = (await table.get(stagedKey(checkedId(id)))) ?? (await table.get(recordKey(id)));
  if (!item) throw await absence(table, id);
  return item.value as unknown as LedgerRecord;
};

/** Why there is no such record: its time is over, or there never was one. */
const absence = async (table: Table, id: string): Promise<Fault> => {
  const tombstone = await readTombstone(table, id);
  if (!tombstone) return new Fault('unknown-record', 'There is no such record.', { id });
  return new Fault(
    'record-expired',
    'The record was kept for its time and then deleted; its leaf stays in the log.',
    { id, ...tombstone },
  );
};

const RECORD_ID = /^[0-9a-f]{32}$/;

const isRecordId = (id: string | undefined): boolean => id !== undefined && RECORD_ID.test(id);

const checkedId = (id: string): string => {
  timeOfId(id);
  return id;
};

/** Milliseconds of an RFC 3339 time. Faults with `invalid-input`. */
const instant = (name: string, text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new Fault('invalid-input', `"${name}" is not an RFC 3339 time.`, { field: name });
  return ms;
};

/** The partitions that can hold matches, newest first, and whether their rows are pointers. */
interface Walk {
  readonly pks: () => Iterable<string>;
  readonly pointers: boolean;
}

/** By the narrowest index that the query has; the rest of it filters. */
const walkOf = (query: RecordQuery, from: number, to: number): Walk => {
  const { certificate, purpose, office, channel, kind } = query;
  if (certificate) {
    return { pointers: true, pks: () => [certificatePk(certificate.ca, certificate.serial)] };
  }
  const party = query.recipient ?? query.actor;
  const monthly =
    party !== undefined
      ? (month: string) => partyPk(party, month)
      : purpose !== undefined
        ? (month: string) => purposePk(purpose, month)
        : office !== undefined
          ? (month: string) => officePk(office, month)
          : channel !== undefined
            ? (month: string) => channelPk(channel, month)
            : kind !== undefined && kind !== 'provision'
              ? (month: string) => kindPk(kind, month)
              : undefined;
  const period = monthly ? monthOf : dayOf;
  return {
    pointers: monthly !== undefined,
    pks: function* () {
      const oldest = period(from);
      let last = '';
      for (let at = to - 1; ; at -= DAY) {
        const name = period(at);
        if (name < oldest) return;
        if (name !== last) yield monthly ? monthly(name) : `record/${name}`;
        last = name;
      }
    },
  };
};

interface Position {
  readonly pk: string;
  readonly inner?: string;
  readonly query: string;
  /** The upper bound in force on the first page, so that later pages walk the same partitions. */
  readonly to: number;
}

const encodePosition = (position: Position): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

const decodePosition = (cursor: string, fingerprint: string): Position => {
  try {
    const position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Position;
    const whole =
      typeof position.pk === 'string' &&
      Number.isSafeInteger(position.to) &&
      (position.inner === undefined || typeof position.inner === 'string') &&
      encodePosition(position) === cursor;
    if (whole && position.query === fingerprint) return position;
  } catch {
    // Not JSON: the same refusal as below.
  }
  throw cursorInvalid();
};

const cursorInvalid = (): Fault =>
  new Fault('cursor-invalid', 'The cursor does not belong to this query; start again without one.');

/** Where a query begins and ends, and where an earlier page of it stopped. */
interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly fingerprint: string;
  readonly position?: Position;
}

export const queryRecords = async (table: Table, query: RecordQuery, now: number): Promise<RecordPage> => {
  const { cursor, limit, ...rest } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new Fault('invalid-input', `A page has 1 to ${MAX_PAGE} records.`, { field: 'limit' });
  }
  if (query.recipient !== undefined && query.actor !== undefined) {
    throw new Fault('invalid-input', 'Ask by recipient or by actor: no record has both.');
  }
  if (query.certificate && query.holder !== undefined) {
    throw new Fault('invalid-input', 'Ask by certificate or by holder, one at a time.');
  }
  const fingerprint = digestHex(canonicalJson({ ...rest })).slice(0, 32);
  const position = cursor === undefined ? undefined : decodePosition(cursor, fingerprint);
  const first = await table.get(FIRST_KEY);
  if (!first) return { records: [] };

  // A day either way: the clocks of several processes may differ by that much and no more.
  const oldest = (first.value.time as number) - DAY;
  const from = Math.max(oldest, query.from === undefined ? 0 : instant('from', query.from));
  const to = position?.to ?? Math.min(now + DAY, query.to === undefined ? Infinity : instant('to', query.to));
  const bounds: Bounds = { from, to, fingerprint, ...(position && { position }) };
  return query.holder === undefined
    ? walkPartitions(table, query, bounds)
    : mergeCertificates(table, query.holder, query, bounds);
};

const walkPartitions = async (
  table: Table,
  query: RecordQuery,
  { from, to, fingerprint, position }: Bounds,
): Promise<RecordPage> => {
  const { limit } = query;
  const walk = walkOf(query, from, to);
  const records: LedgerRecord[] = [];
  let rows = limit * SCAN_FACTOR;
  let partitions = MAX_PARTITIONS;
  let resume = position;
  for (const pk of walk.pks()) {
    let inner: string | undefined;
    if (resume) {
      if (resume.pk !== pk) continue;
      inner = resume.inner;
      resume = undefined;
      if (inner === undefined) continue;
    }
    partitions--;
    do {
      const page: Page = await table.query({
        pk,
        from: idFloor(from),
        to: idFloor(to),
        descending: true,
        limit: limit - records.length,
        ...(inner !== undefined && { cursor: inner }),
      });
      inner = page.cursor;
      rows -= page.items.length;
      records.push(...(await pick(table, page.items, walk.pointers, query)));
      if (records.length === limit || rows <= 0 || (partitions <= 0 && inner === undefined)) {
        const next: Position = { pk, query: fingerprint, to, ...(inner !== undefined && { inner }) };
        return { records, cursor: encodePosition(next) };
      }
    } while (inner !== undefined);
  }
  // The walk never came by the partition that the cursor names.
  if (resume) throw cursorInvalid();
  return { records };
};

/** The certificates that were issued about the holder, by the records of their issuance. */
export const heldCertificates = async (table: Table, holder: string): Promise<readonly CertificateRef[]> => {
  const { items, cursor } = await table.query({ pk: holderPk(holder), limit: MAX_HELD });
  if (cursor !== undefined) {
    throw new Fault('input-too-large', `A holder has at most ${MAX_HELD} certificates here.`);
  }
  const found = await Promise.all(items.map(({ sk }) => table.get(recordKey(sk))));
  const refs = new Map<string, CertificateRef>();
  for (const item of found) {
    const record = item?.value as unknown as LedgerRecord | undefined;
    for (const ref of record?.certificates ?? []) refs.set(certificatePk(ref.ca, ref.serial), ref);
  }
  return [...refs.values()];
};

/**
 * Newest first over all of a holder's certificates. The place in the walk is the id of the last record looked at: what
 * is below it in every partition comes next, whatever was added above.
 */
const mergeCertificates = async (
  table: Table,
  holder: string,
  query: RecordQuery,
  { from, to, fingerprint, position }: Bounds,
): Promise<RecordPage> => {
  const { limit } = query;
  const pks = (await heldCertificates(table, holder)).map(({ ca, serial }) => certificatePk(ca, serial));
  const records: LedgerRecord[] = [];
  let rows = limit * SCAN_FACTOR;
  if (position && !isRecordId(position.inner)) throw cursorInvalid();
  let below = position?.inner ?? idFloor(to);
  // Of many certificates few rows each: what is read and not given is read again.
  const each = Math.max(MIN_MERGED, Math.ceil((2 * limit) / Math.max(1, pks.length)));
  for (;;) {
    const pages = await Promise.all(
      pks.map((pk) =>
        table.query({ pk, from: idFloor(from), to: below, descending: true, limit: Math.min(limit, each) }),
      ),
    );
    // Below the end of a page that was cut short, another partition's rows may come first.
    const horizon = pages.reduce((highest, { items, cursor }) => {
      const last = items.at(-1)?.sk ?? '';
      return cursor !== undefined && last > highest ? last : highest;
    }, '');
    const found = new Map(
      pages.flatMap(({ items }) =>
        items.filter(({ sk }) => sk >= horizon).map((item) => [item.sk, item] as const),
      ),
    );
    const next = [...found.values()].sort((a, b) => (a.sk < b.sk ? 1 : -1)).slice(0, limit - records.length);
    if (next.length === 0) return { records };
    below = (next.at(-1) as Item).sk;
    rows -= next.length;
    records.push(...(await pick(table, next, true, query)));
    if (records.length === limit || rows <= 0) {
      return { records, cursor: encodePosition({ pk: 'holder', inner: below, query: fingerprint, to }) };
    }
  }
};

/** The rows' records, without those that the query does not want. */
const pick = async (
  table: Table,
  items: readonly Item[],
  pointers: boolean,
  query: RecordQuery,
): Promise<readonly LedgerRecord[]> => {
  const ofKind = items.filter(({ value }) => query.kind === undefined || value.kind === query.kind);
  // A pointer outlives its record where the two expire at different moments.
  const found = pointers ? await Promise.all(ofKind.map(({ sk }) => table.get(recordKey(sk)))) : ofKind;
  return found.flatMap((item) => {
    const record = item?.value as unknown as LedgerRecord | undefined;
    return record !== undefined && isWanted(record, query) ? [record] : [];
  });
};

const isWanted = (record: LedgerRecord, query: RecordQuery): boolean => {
  const { recipient, actor, purpose, office, channel } = query;
  if (office !== undefined && record.office !== office) return false;
  if (record.kind === 'provision') {
    return (
      actor === undefined &&
      (recipient === undefined || record.recipient === recipient) &&
      (purpose === undefined || record.purpose === purpose) &&
      (channel === undefined || record.channel === channel)
    );
  }
  return (
    recipient === undefined &&
    purpose === undefined &&
    channel === undefined &&
    (actor === undefined || record.actor === actor)
  );
};
