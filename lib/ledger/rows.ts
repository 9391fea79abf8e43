import type { Key, Value, Write } from '../store/store.ts';
import { isRefusedSignIn } from './accesses.ts';
import type { LedgerRecord, Provision } from './contract.ts';
import { dayOf, monthOf, timeOfId } from './ids.ts';

/**
 * The ledger's rows.
 *
 *   staged/{shard}            {id}     the record, as it was written before its answer left
 *   unsequenced/{shard}       {id}     nothing but its key: a query settled the record before it had its leaf
 *   record/{day}              {id}     the record, settled; with its leaf once it has one
 *   party/{party}/{month}     {id}     a pointer, under the recipient or actor
 *   certificate/{ca}/{serial} {id}     a pointer, under each certificate that the record names
 *   channel/{channel}/{month} {id}     a pointer, under the channel of a provision
 *   purpose/{purpose}/{month} {id}     a pointer, under the purpose of a provision that has one
 *   office/{office}/{month}   {id}     a pointer, under the sub-office that acted or received the answer
 *   kind/{kind}/{month}       {id}     a pointer, under the kind of an act
 *   shown-request/{request}   {id}     a pointer, under each request that an answer shows
 *   tenant/{tenant}/{month}   {id}     a pointer, under the tenant whose affairs the record is about
 *   holder/{holder}           {id}     a pointer, to the issuance of each of the holder's certificates
 *   ledger                    first    the time of the oldest record: queries go back no further (settling.ts)
 *   log                       tree     the tree that the log has committed to (tree-row.ts)
 *   set-aside                 {day}/{digest}  a row that the ledger did not write so (set-aside.ts)
 *
 * An answer costs one put, of the staged row. One write, which is all or nothing, moves that row. Either the sequencer
 * moves it with its leaf, or a query moves it earlier, since a query does not wait for the log; the sequencer then
 * finds the record under `unsequenced`. A record is therefore in exactly one of `staged` and `record` at any time, and
 * a record without a leaf is in exactly one of `staged` and `unsequenced`. The same write advances the totals
 * (counts.ts): code that settles records adds their `countWrites`, so each is counted exactly once.
 *
 * Somebody may have written to the table besides the ledger. No code reads a row's members before `readRecord`
 * (well-formed.ts) has seen them, and a write that finds other rows in its place goes by the rows that are there
 * (moving.ts).
 */
export const STAGED_SHARDS = 16;

const shardNames = Array.from({ length: STAGED_SHARDS }, (_, shard) => shard.toString(16));

export const STAGED_PKS: readonly string[] = shardNames.map((shard) => `staged/${shard}`);
export const UNSEQUENCED_PKS: readonly string[] = shardNames.map((shard) => `unsequenced/${shard}`);

/**
 * The shard is the last hex digit of the id's milliseconds. Within a second the writes spread over all partitions. The
 * records of one group commit still lie together, so that the file changes in few places.
 */
const shardOf = (id: string): string => id.charAt(11);

export const stagedKey = (id: string): Key => ({ pk: `staged/${shardOf(id)}`, sk: id });

export const unsequencedKey = (id: string): Key => ({ pk: `unsequenced/${shardOf(id)}`, sk: id });

export const recordKey = (id: string): Key => ({ pk: `record/${dayOf(timeOfId(id))}`, sk: id });

export const FIRST_KEY: Key = { pk: 'ledger', sk: 'first' };

export const partyOf = (record: LedgerRecord): string =>
  record.kind === 'provision' ? record.recipient : record.actor;

export const partyPk = (party: string, month: string): string => `party/${party}/${month}`;

export const certificatePk = (ca: string, serial: string): string => `certificate/${ca}/${serial}`;

export const channelPk = (channel: string, month: string): string => `channel/${channel}/${month}`;

export const purposePk = (purpose: string, month: string): string => `purpose/${purpose}/${month}`;

export const officePk = (office: string, month: string): string => `office/${office}/${month}`;

export const kindPk = (kind: string, month: string): string => `kind/${kind}/${month}`;

export const tenantPk = (tenant: string, month: string): string => `tenant/${tenant}/${month}`;

export const shownRequestPk = (request: string): string => `shown-request/${request}`;

export const holderPk = (holder: string): string => `holder/${holder}`;

/**
 * With at most this many certificates and requests, settling a record fits into one write: a pointer for each of them, and its
 * total.
 */
export const MAX_CERTIFICATES_PER_RECORD = 88;

/**
 * The most characters of JSON in a record. With this bound, a write of records reaches its limit of rows before its
 * limit of bytes.
 */
export const MAX_RECORD_CHARS = 40_000;

/** The value of a pointer: queries filter by it without reading the record. */
export type Pointer = { readonly kind: string; readonly tenant?: string };

const pointerTo = ({ kind, tenant }: LedgerRecord): Pointer => ({
  kind,
  ...(tenant !== undefined && { tenant }),
});

export const asValue = (record: LedgerRecord): Value => record as unknown as Value;

/** `json`: the record's JSON. */
export const stageWrites = (record: LedgerRecord, json: string): readonly Write[] => [
  { put: stagedKey(record.id), value: asValue(record), json, if: 'absent' },
];

/** The version of the row that stands at a key; 0 where none does. */
export type VersionAt = (key: Key) => number;

const NOTHING_THERE: VersionAt = () => 0;

/** Puts a row in place of the one that was read there. */
const putOver = (key: Key, value: Value, versionAt: VersionAt): Write => {
  const version = versionAt(key);
  return { put: key, value, if: version === 0 ? 'absent' : { version } };
};

/** The rows that a record has when it is settled, beside its staged row. */
export const placesOf = (record: LedgerRecord): readonly Key[] => [
  recordKey(record.id),
  unsequencedKey(record.id),
  ...pointerPks(record).map((pk) => ({ pk, sk: record.id })),
];

/**
 * The writes that move a staged record to where queries find it, with its leaf or before it has one.
 * @param staged the version of its staged row.
 */
export const moveWrites = (
  record: LedgerRecord,
  leaf: number | undefined,
  staged: number,
  versionAt: VersionAt = NOTHING_THERE,
): readonly Write[] => {
  const { id } = record;
  const pointer = pointerTo(record);
  const waiting = unsequencedKey(id);
  const version = versionAt(waiting);
  return [
    { delete: stagedKey(id), if: { version: staged } },
    putOver(recordKey(id), asValue(leaf === undefined ? record : { ...record, leaf }), versionAt),
    ...pointerPks(record).map((pk) => putOver({ pk, sk: id }, pointer, versionAt)),
    ...(leaf === undefined
      ? [putOver(waiting, {}, versionAt)]
      : version === 0
        ? []
        : [{ delete: waiting, if: { version } }]),
  ];
};

/** The rows beside the record's own that show that it was settled. */
export const traceKeys = (record: LedgerRecord): readonly Key[] => [
  unsequencedKey(record.id),
  ...pointerPks(record).map((pk) => ({ pk, sk: record.id })),
];

/** The writes that give a settled record its leaf. */
export const leafWrites = (
  record: LedgerRecord,
  leaf: number,
  versions: { readonly waiting: number; readonly record: number },
): readonly Write[] => [
  { delete: unsequencedKey(record.id), if: { version: versions.waiting } },
  { put: recordKey(record.id), value: asValue({ ...record, leaf }), if: { version: versions.record } },
];

/** How many pointers a record has for what it names. */
export const namedIn = (record: Pick<Provision, 'certificates' | 'requests'>): number =>
  record.certificates.length + (record.requests?.length ?? 0);

/** The partitions in which the record has a pointer. */
export const pointerPks = (record: LedgerRecord): readonly string[] => {
  const month = monthOf(timeOfId(record.id));
  if (isRefusedSignIn(record)) return [channelPk('sign-in', month)];
  const pks = new Set([partyPk(partyOf(record), month)]);
  for (const { ca, serial } of record.certificates ?? []) pks.add(certificatePk(ca, serial));
  if (record.office !== undefined) pks.add(officePk(record.office, month));
  if (record.tenant !== undefined) pks.add(tenantPk(record.tenant, month));
  if (record.kind === 'provision') {
    pks.add(channelPk(record.channel, month));
    for (const request of record.requests ?? []) pks.add(shownRequestPk(request));
    if (record.purpose !== undefined) pks.add(purposePk(record.purpose, month));
  } else {
    pks.add(kindPk(record.kind, month));
    if (record.kind === 'issuance' && record.holder !== undefined) pks.add(holderPk(record.holder));
  }
  return [...pks];
};
