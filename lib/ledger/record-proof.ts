import { Fault } from '../fault.ts';
import { type ProofPolicy, type ProvenInclusion, parseProof, verifyProof } from '../tlog/tlog.ts';
import { canonicalJson } from './canonical.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf } from './entry.ts';
import { timeOfId } from './ids.ts';

/**
 * Verifies a proof file that the service made; it needs only the file and keys. The record is the file's extra data.
 * The log entry is computed from the record, and the tlog-proof shows that this entry is a leaf of the log. Returns the
 * record and what was proven. Faults: `malformed-proof` where the extra data are no record in canonical JSON; the
 * others of `verifyProof`.
 */
export const verifyRecordProof = (
  file: Uint8Array | string,
  policy: ProofPolicy,
): ProvenInclusion & { readonly record: LedgerRecord } => {
  const proof = parseProof(file);
  const record = readRecord(proof.extra ?? Buffer.alloc(0));
  return { ...verifyProof(proof, { leaf: entryOf(record) }, policy), record };
};

const readRecord = (bytes: Uint8Array): LedgerRecord => {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const record = JSON.parse(text) as LedgerRecord;
    const named =
      typeof record.kind === 'string' && new Date(timeOfId(record.id)).toISOString() === record.time;
    // No other spelling is accepted, since the digest covers exactly these bytes.
    if (named && record.leaf === undefined && canonicalJson(record as never) === text) return record;
  } catch {
    // Not JSON, or not a record: the same fault as below.
  }
  throw new Fault('malformed-proof', "The proof's extra data are no record in canonical JSON.");
};
