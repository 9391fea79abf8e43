import { Fault } from '../fault.ts';
import { base64, readDecimal, readHash, readLines } from './lines.ts';
import {
  checkNoteText,
  formatNote,
  type NoteSigner,
  type NoteVerifier,
  parseNote,
  signText,
  type VerifiedNote,
  verifyNote,
} from './note.ts';

/** The text of a checkpoint (c2sp.org/tlog-checkpoint): the statement about its tree that a log signs. */
export interface Checkpoint {
  /** The log's identity: one line, not empty. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Opaque lines, none of them empty. tlog-checkpoint advises against extensions. */
  readonly extensions: readonly string[];
}

/** Faults with `malformed-checkpoint` when `parseCheckpoint` would not read it back. */
export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string => {
  const lines = [origin, size.toString(), base64(root), ...extensions];
  const text = `${lines.join('\n')}\n`;
  const parsed = parseCheckpoint(text);
  if (parsed.origin !== origin || parsed.extensions.length !== extensions.length) {
    throw new Fault('malformed-checkpoint', 'A line of the checkpoint has a newline in it.');
  }
  return text;
};

/** The text of a note, without signatures. Faults with `malformed-checkpoint`. */
export const parseCheckpoint = (text: string): Checkpoint => {
  try {
    checkNoteText(text);
  } catch (cause) {
    throw new Fault(
      'malformed-checkpoint',
      'A checkpoint is text without control characters.',
      {},
      { cause },
    );
  }
  const [origin, sizeLine, rootLine, ...extensions] = readLines(text) ?? [];
  const size = readDecimal(sizeLine ?? '');
  const root = readHash(rootLine ?? '');
  if (!origin || size === undefined || root === undefined || extensions.includes('')) {
    throw new Fault(
      'malformed-checkpoint',
      'A checkpoint is an origin, a size and a root hash, a line each.',
    );
  }
  return { origin, size, root, extensions };
};

/** The signed note, as it is served. */
export const signCheckpoint = async (
  checkpoint: Checkpoint,
  signers: readonly NoteSigner[],
): Promise<string> => {
  const text = formatCheckpoint(checkpoint);
  return formatNote({ text, signatures: await signText(text, signers) });
};

/** A log that somebody trusts: its origin line and the keys that may sign for it. At least one of them has to sign. */
export interface TrustedLog {
  readonly origin: string;
  readonly verifiers: readonly NoteVerifier[];
}

export interface OpenedCheckpoint extends VerifiedNote {
  readonly checkpoint: Checkpoint;
}

/**
 * Reads a signed checkpoint and accepts it only as the given log's. Faults: `malformed-note`, `malformed-checkpoint`;
 * `signature-invalid` when no key of the log has signed, when any known key's signature does not verify, or when the
 * origin is another log's.
 * @param others keys whose signatures are verified as well, such as those of witnesses. They do not replace the log's.
 */
export const openCheckpoint = (
  input: Uint8Array | string,
  log: TrustedLog,
  others: readonly NoteVerifier[] = [],
): OpenedCheckpoint => {
  const note = parseNote(input);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== log.origin) {
    throw new Fault('signature-invalid', 'The checkpoint is of another log.', { origin: checkpoint.origin });
  }
  const opened = verifyNote(note, [...log.verifiers, ...others]);
  const logKeys = new Set(log.verifiers.map(({ key }) => key));
  if (!opened.verified.some(({ key }) => logKeys.has(key))) {
    throw new Fault('signature-invalid', 'The checkpoint has no signature of the log.', {
      origin: log.origin,
    });
  }
  return { ...opened, checkpoint };
};
