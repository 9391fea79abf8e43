import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Value } from '../store/store.ts';
import { canonicalJson } from './canonical.ts';
import type { LedgerRecord } from './contract.ts';
import { timeOfId } from './ids.ts';

/**
 * A record's entry in the log, which everybody can read and which stays for ever: the record's id, digest and kind, and
 * nothing of its content. The leaf of the tree is RFC 6962's hash of these bytes:
 *
 *   id      16 bytes, whose hex is the record's `id`; the first 6 are milliseconds since the epoch
 *   digest  32 bytes, SHA-256 of the record's canonical JSON without its member `leaf`
 *   kind    the rest, ASCII: it decides how long the record's row has to be kept
 *
 * A record's content is easy to guess, and with the digest alone anybody could verify a guess. The record's `salt`
 * prevents that: 16 random bytes that leave the service only together with the record.
 */
export interface LogEntry {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly kind: string;
}

const ID_BYTES = 16;
const KIND_AT = ID_BYTES + 32;
const KIND = /^[a-z-]{1,32}$/;

/** The text whose SHA-256 the log holds: RFC 8785 canonical JSON of all members but `leaf`. */
export const recordText = ({ leaf: _, ...content }: LedgerRecord): string =>
  canonicalJson(content as unknown as Value);

/** The same as bytes. */
export const recordBytes = (record: LedgerRecord): Uint8Array => Buffer.from(recordText(record));

/** @param text the record's `recordText`, where the caller has it. */
export const entryOf = (record: LedgerRecord, text = recordText(record)): Uint8Array =>
  Buffer.concat([Buffer.from(record.id, 'hex'), hash('sha256', text, 'buffer'), Buffer.from(record.kind)]);

/** Faults with `malformed-tile` for bytes that are no entry of this ledger. */
export const parseEntry = (bytes: Uint8Array): LogEntry => {
  const entry = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = entry.toString('latin1', KIND_AT);
  if (!KIND.test(kind)) throw new Fault('malformed-tile', 'A log entry is an id, a digest and a kind.');
  const id = idOfEntry(entry);
  return { id, time: timeOfId(id), digest: entry.subarray(ID_BYTES, KIND_AT), kind };
};

/** Whether two records have the same entry: all members but `leaf` are equal. */
export const isSameRecord = (a: LedgerRecord, b: LedgerRecord): boolean => recordText(a) === recordText(b);

/** Reads the id alone. The caller knows that the bytes are an entry. */
export const idOfEntry = (entry: Uint8Array): string =>
  Buffer.from(entry.buffer, entry.byteOffset, ID_BYTES).toString('hex');
