import { Fault, phrase } from '../fault.ts';
import { type Checkpoint, parseCheckpoint, type TrustedLog } from './checkpoint.ts';
import { verifyConsistency } from './consistency.ts';
import { base64, readDecimal, readHash, readText } from './lines.ts';
import { EMPTY_ROOT } from './merkle.ts';
import {
  formatNote,
  formatSignatureLine,
  type Note,
  type NoteSignature,
  type NoteVerifier,
  parseNote,
  parseSignatureLines,
  verifyNote,
} from './note.ts';

/** `POST <prefix>/add-checkpoint` of c2sp.org/tlog-witness, on both sides. */
export interface AddCheckpoint {
  /** The size of the last checkpoint of this log that the witness cosigned; 0 when there is none. */
  readonly oldSize: number;
  /** The consistency proof from there to the checkpoint. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint with its signatures. */
  readonly note: Note;
}

const MAX_HASHES = 63;

/** The request's body. Faults like `parseAddCheckpoint` where `parseAddCheckpoint` would not read the result back. */
export const formatAddCheckpoint = ({ oldSize, hashes, note }: AddCheckpoint): string => {
  const lines = [`old ${oldSize}`, ...hashes.map(base64)];
  const body = `${lines.join('\n')}\n\n${formatNote(note)}`;
  parseAddCheckpoint(body);
  return body;
};

/** Faults: `malformed-proof`, `malformed-note`, `malformed-checkpoint`. The witness answers each with 400. */
export const parseAddCheckpoint = (
  body: Uint8Array | string,
): AddCheckpoint & { readonly checkpoint: Checkpoint } => {
  const text = readText(body);
  const end = text?.indexOf('\n\n') ?? -1;
  if (text === undefined || end < 0) {
    throw new Fault('malformed-proof', 'The body is an old size, a consistency proof and a checkpoint.');
  }
  const [oldLine = '', ...lines] = text.slice(0, end).split('\n');
  const oldSize = oldLine.startsWith('old ') ? readDecimal(oldLine.slice(4)) : undefined;
  if (oldSize === undefined)
    throw new Fault('malformed-proof', 'The body begins with the line of the old size.');
  const hashes = lines.map(readHash).filter((hash) => hash !== undefined);
  if (hashes.length !== lines.length || hashes.length > MAX_HASHES) {
    throw new Fault(
      'malformed-proof',
      phrase`The proof's hashes are not base64 of 32 bytes, ${MAX_HASHES} at most.`,
    );
  }
  const note = parseNote(text.slice(end + 2));
  return { oldSize, hashes, note, checkpoint: parseCheckpoint(note.text) };
};

/** A witness's memory of a log: the tree of the last checkpoint that it cosigned. */
export interface WitnessedTree {
  readonly size: number;
  readonly root: Uint8Array;
}

export type WitnessDecision =
  /** `text` may be cosigned once `next` is stored. `proof` is the note with the signatures of the log alone. */
  | { readonly status: 200; readonly next: WitnessedTree; readonly text: string; readonly proof: Note }
  /**
   * `size` is the size that the witness has. `inconsistent`: the log has signed two roots of that size; keep the note, which
   * has the signatures of the log alone.
   */
  | { readonly status: 409; readonly size: number; readonly inconsistent?: Note }
  | { readonly status: 400 | 403 | 404 | 422; readonly fault: Fault };

/**
 * A witness's decision. It changes nothing and signs nothing; the caller
 *
 *   1. reads the stored tree of the request's origin, with its version;
 *   2. decides;
 *   3. at 200, stores `next` on condition that the version is still the one read (or that there still is none),
 *      and goes back to 1 when it is not: two requests decided side by side would otherwise roll the log back;
 *   4. only then signs `text` and answers.
 *
 * A crash between 3 and 4 loses an answer but no safety. The log's next request gets a 409 with the new size. The log
 * then asks again from that size, and the witness cosigns.
 *
 * @param log the witness's configuration for the origin of the request's checkpoint, if it has one.
 * @param stored undefined when no checkpoint of this origin was ever cosigned.
 */
export const decideAddCheckpoint = (
  { oldSize, hashes, note, checkpoint }: AddCheckpoint & { readonly checkpoint: Checkpoint },
  log: TrustedLog | undefined,
  stored: WitnessedTree | undefined,
): WitnessDecision => {
  const { origin, size, root } = checkpoint;
  if (log?.origin !== origin) {
    return {
      status: 404,
      fault: new Fault('unknown-key', 'This witness does not know the log.', { origin }),
    };
  }
  let proof: Note;
  try {
    const { text, verified } = verifyNote(note, log.verifiers);
    proof = { text, signatures: verified.map(({ signature }) => signature) };
  } catch (error) {
    if (Fault.is(error, 'signature-invalid')) return { status: 403, fault: error };
    throw error;
  }
  if (oldSize > size) {
    return {
      status: 400,
      fault: new Fault('malformed-proof', 'The old size is larger than that of the checkpoint.'),
    };
  }
  const { size: storedSize, root: oldRoot } = stored ?? { size: 0, root: EMPTY_ROOT };
  if (oldSize !== storedSize) return { status: 409, size: storedSize };
  try {
    verifyConsistency({ oldSize, oldRoot, size, root, hashes });
  } catch (error) {
    if (Fault.is(error, 'log-inconsistent')) return { status: 409, size: storedSize, inconsistent: proof };
    if (Fault.is(error, 'proof-invalid')) return { status: 422, fault: error };
    throw error;
  }
  return { status: 200, next: { size, root }, text: note.text, proof };
};

/** The type of a 409's body, the size in decimal and a newline. */
export const TLOG_SIZE_TYPE = 'text/x.tlog.size';

export interface WitnessAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The HTTP answer to a decision; `cosignatures` are those of the witness on a 200's text. */
export const witnessAnswer = (
  decision: WitnessDecision,
  cosignatures: readonly NoteSignature[],
): WitnessAnswer => {
  if (decision.status === 200) {
    const body = cosignatures.map(formatSignatureLine).join('');
    return { status: 200, contentType: 'text/plain; charset=utf-8', body };
  }
  if (decision.status === 409)
    return { status: 409, contentType: TLOG_SIZE_TYPE, body: `${decision.size}\n` };
  return {
    status: decision.status,
    contentType: 'text/plain; charset=utf-8',
    body: `${decision.fault.message}\n`,
  };
};

/** A log's reading of a witness's answer. */
export type WitnessVerdict =
  /** Verified lines by known keys only. They are added to the checkpoint's note. */
  | { readonly cosignatures: readonly NoteSignature[] }
  /** The witness has another size: ask again with a proof from there. */
  | { readonly size: number };

/**
 * Reads the answer to a request for the checkpoint of this text. Faults: `malformed-note`; `signature-invalid` when no
 * known key has cosigned, or a known key's signature does not verify; `log-inconsistent` when the witness answers with
 * the same size from which the proof began, so that it must have another root there; `witness-refused`, with
 * `facts.status`, for other answers.
 */
export const readWitnessAnswer = (
  { status, contentType, body }: WitnessAnswer,
  request: AddCheckpoint,
  verifiers: readonly NoteVerifier[],
): WitnessVerdict => {
  if (status === 200) {
    const signatures = parseSignatureLines(readText(body) ?? '');
    const { verified } = verifyNote({ text: request.note.text, signatures }, verifiers);
    return { cosignatures: verified.map(({ signature }) => signature) };
  }
  const size = body.endsWith('\n') ? readDecimal(body.slice(0, -1)) : undefined;
  if (status === 409 && contentType.split(';')[0]?.trim() === TLOG_SIZE_TYPE && size !== undefined) {
    if (size !== request.oldSize) return { size };
    throw new Fault('log-inconsistent', phrase`The witness knows another root for ${size} leaves.`, { size });
  }
  throw new Fault('witness-refused', phrase`The witness has answered with status ${status}.`, { status });
};
