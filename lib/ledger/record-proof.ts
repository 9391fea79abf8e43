import { Fault } from '../fault.ts';
import { type ProofPolicy, type ProvenInclusion, parseProof, verifyProof } from '../tlog/tlog.ts';
import { canonicalJson } from './canonical.ts';
import type { LedgerRecord } from './contract.ts';
import { entryOf } from './entry.ts';
import { timeOfId } from './ids.ts';

/**
 * Verifies a proof file as the service hands them out, with nothing but keys: the record is the file's extra data, its
 * entry is made from it, and the tlog-proof says that this entry is a leaf of the log. Returns what may be believed.
 * Faults: `malformed-proof` where the extra data are no record in canonical JSON; the others of `verifyProof`.
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
    // Only the one spelling: the digest is of these very bytes.
    if (named && record.leaf === undefined && canonicalJson(record as never) === text) return record;
  } catch {
    // Not JSON, or not of a record: the same refusal as below.
  }
  throw new Fault('malformed-proof', "The proof's extra data are no record in canonical JSON.");
};
