import { Fault, phrase } from '../fault.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint, type TrustedLog } from './checkpoint.ts';
import { cosignatureTime } from './cosignature.ts';
import { verifyInclusion } from './inclusion.ts';
import { base64, readBase64, readDecimal, readHash, readText } from './lines.ts';
import { isSize, leafHash } from './merkle.ts';
import { parseNote } from './note.ts';
import type { WitnessPolicy } from './policy.ts';

/**
 * A proof that a leaf is in a log, in one text file. It can be checked offline with nothing but keys
 * (c2sp.org/tlog-proof). File extension `.tlog-proof`.
 */
export interface TlogProof {
  readonly index: number;
  /** From the leaf's sibling up, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
  /** Bytes that the log put beside the proof. Nothing authenticates them. Not empty. */
  readonly extra?: Uint8Array;
  /** The signed checkpoint, byte for byte as the log served it. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';

/** A path in a tree of fewer than 2^63 leaves. */
const MAX_HASHES = 63;

/** Faults like `parseProof` where `parseProof` would not read the result back. */
export const formatProof = ({ index, hashes, extra, checkpoint }: TlogProof): string => {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${base64(extra)}`]),
    `index ${index}`,
    ...hashes.map(base64),
  ];
  const text = `${lines.join('\n')}\n\n${checkpoint}`;
  parseProof(text);
  return text;
};

/** Faults: `malformed-proof`; `malformed-note` and `malformed-checkpoint` for its checkpoint. Verifies nothing. */
export const parseProof = (input: Uint8Array | string): TlogProof => {
  const text = readText(input);
  if (text === undefined) {
    throw new Fault('malformed-proof', 'A proof is UTF-8 text without control characters, of 1 MB at most.');
  }
  const end = text.indexOf('\n\n');
  if (end < 0) throw new Fault('malformed-proof', 'The proof has no empty line before its checkpoint.');
  const [header, ...lines] = text.slice(0, end).split('\n');
  if (header !== HEADER) throw new Fault('malformed-proof', phrase`A proof begins with the line ${HEADER}.`);
  const extra = lines[0]?.startsWith('extra ') ? readBase64(lines.shift()?.slice(6) ?? '') : null;
  if (extra === undefined || extra?.length === 0) {
    throw new Fault('malformed-proof', "The proof's extra line is not of base64.");
  }
  const indexLine = lines.shift();
  const index = indexLine?.startsWith('index ') ? readDecimal(indexLine.slice(6)) : undefined;
  if (index === undefined)
    throw new Fault('malformed-proof', 'The proof has no line with the index of its leaf.');
  const hashes = lines.map(readHash).filter((hash) => hash !== undefined);
  if (hashes.length !== lines.length || hashes.length > MAX_HASHES) {
    throw new Fault(
      'malformed-proof',
      phrase`The proof's hashes are not base64 of 32 bytes, ${MAX_HASHES} at most.`,
    );
  }
  const checkpoint = text.slice(end + 2);
  parseCheckpoint(parseNote(checkpoint).text);
  return { index, hashes, ...(extra === null ? {} : { extra }), checkpoint };
};

export interface ProofPolicy {
  /** One of them must have signed the proof's checkpoint. */
  readonly logs: readonly TrustedLog[];
  readonly witnesses?: WitnessPolicy;
}

export interface ProvenInclusion {
  readonly checkpoint: Checkpoint;
  readonly index: number;
  /** The policy's witnesses that cosigned. `time`: Unix seconds, 0 where the cosignature does not say. */
  readonly cosigned: readonly { readonly name: string; readonly time: number }[];
}

/**
 * Checks that the leaf is in a log of the policy, under a checkpoint that this log signed and enough witnesses
 * cosigned. Returns what is then proven. Faults: `proof-invalid` when the leaf is not at its place in the tree or
 * witnesses are missing; `signature-invalid` when a signature fails or the policy does not have the log; the malformed
 * ones of the checkpoint.
 */
export const verifyProof = (
  { index, hashes, checkpoint: signed }: TlogProof,
  subject: { readonly leaf: Uint8Array } | { readonly leafHash: Uint8Array },
  { logs, witnesses }: ProofPolicy,
): ProvenInclusion => {
  if (!isSize(index)) throw new Fault('proof-invalid', 'There is no leaf of this index.', { index });
  const { origin } = parseCheckpoint(parseNote(signed).text);
  const log = logs.find((one) => one.origin === origin);
  if (log === undefined) {
    throw new Fault('signature-invalid', 'The proof is of a log that is not trusted.', { origin });
  }
  const { checkpoint, verified } = openCheckpoint(signed, log, witnesses?.verifiers);
  verifyInclusion({
    leafHash: 'leaf' in subject ? leafHash(subject.leaf) : subject.leafHash,
    index,
    size: checkpoint.size,
    root: checkpoint.root,
    hashes,
  });
  const witnessKeys = new Set(witnesses?.verifiers.map(({ key }) => key));
  const times = new Map(
    verified
      .filter(({ key }) => witnessKeys.has(key))
      .map(({ key, signature }) => [key.name, cosignatureTime(signature.signature) ?? 0]),
  );
  if (witnesses !== undefined && times.size < witnesses.threshold) {
    throw new Fault(
      'proof-invalid',
      phrase`Only ${times.size} of ${witnesses.threshold} witnesses have cosigned.`,
      {
        cosigned: times.size,
        threshold: witnesses.threshold,
      },
    );
  }
  return { checkpoint, index, cosigned: Array.from(times, ([name, time]) => ({ name, time })) };
};
