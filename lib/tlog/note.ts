import { type KeyObject, verify } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import { base64, isPlainText, MAX_TEXT_BYTES, readBase64, readLines, readText } from './lines.ts';
import { hexId, isKeyName, type NoteKey, noteKeyOf, publicKeyObject } from './vkey.ts';

/** Signed notes (c2sp.org/signed-note): a text, an empty line, and one line for each signature. */
export interface Note {
  /** Ends with a newline. Nobody may rely on it before `verifyNote`. */
  readonly text: string;
  /** All signatures of the note, in its order, by known and unknown keys. */
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** The bytes after the key ID; at least one. */
  readonly signature: Uint8Array;
}

/** The limit of Go's implementation; signed-note asks for 16 at least. */
export const MAX_SIGNATURES = 100;

/** Faults with `malformed-note` for every text that `formatNote` would not have written. */
export const parseNote = (input: Uint8Array | string): Note => {
  const note = readText(input);
  if (note === undefined) {
    throw new Fault('malformed-note', 'A note is UTF-8 text without control characters, of 1 MB at most.');
  }
  // The last empty line separates the text from the signatures; the text may have empty lines of its own.
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new Fault('malformed-note', 'The note has no empty line before its signatures.');
  return { text: note.slice(0, split + 1), signatures: parseSignatureLines(note.slice(split + 2)) };
};

/** One or more signature lines, as at a note's end and in a witness's answer. Faults with `malformed-note`. */
export const parseSignatureLines = (text: string): NoteSignature[] => {
  const lines = readLines(text);
  if (lines === undefined) throw new Fault('malformed-note', 'A signature line ends with a newline.');
  if (lines.length > MAX_SIGNATURES) {
    throw new Fault('malformed-note', phrase`A note has ${MAX_SIGNATURES} signatures at most.`);
  }
  return lines.map((line) => {
    const [dash, name, encoded, ...rest] = line.split(' ');
    const bytes = encoded === undefined ? undefined : readBase64(encoded);
    if (dash !== '\u2014' || name === undefined || !isKeyName(name) || rest.length > 0) {
      throw new Fault('malformed-note', 'A signature line is an em dash, a key name and base64.');
    }
    if (bytes === undefined || bytes.length < 5) {
      throw new Fault('malformed-note', 'A signature is the base64 of a key ID of 4 bytes and more.');
    }
    return { name, keyId: Buffer.from(bytes.subarray(0, 4)).readUInt32BE(), signature: bytes.subarray(4) };
  });
};

export const formatSignatureLine = ({ name, keyId, signature }: NoteSignature): string => {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  return `\u2014 ${name} ${base64(Buffer.concat([id, signature]))}\n`;
};

/** Faults with `malformed-note` when `parseNote` would not read it back. */
export const formatNote = ({ text, signatures }: Note): string => {
  if (!text.endsWith('\n')) throw new Fault('malformed-note', "A note's text ends with a newline.");
  const note = `${text}\n${signatures.map(formatSignatureLine).join('')}`;
  if (parseNote(note).text !== text)
    throw new Fault('malformed-note', 'The note would be read as another one.');
  return note;
};

/** Faults with `malformed-note` for a text that no note can have. */
export const checkNoteText = (text: string): void => {
  if (!text.endsWith('\n') || !isPlainText(text) || text.length > MAX_TEXT_BYTES) {
    throw new Fault('malformed-note', "A note's text is of whole lines without control characters.");
  }
};

/** Signs with one key. `sign` gives the bytes that follow the key ID in the signature line. */
export interface NoteSigner {
  readonly key: NoteKey;
  sign(text: string): Promise<Uint8Array>;
}

/** Verifies with one key. It never throws, whatever bytes the signature has. */
export interface NoteVerifier {
  readonly key: NoteKey;
  verify(text: string, signature: Uint8Array): boolean;
}

/** Signature type 0x01: Ed25519 over the text. Faults: `unsupported-algorithm` for another kind of key. */
export const noteSigner = (name: string, signer: Signer): NoteSigner => ({
  key: noteKeyOf(name, 0x01, signer),
  sign: async (text) => signer.sign(Buffer.from(text)),
});

export const ed25519Verifier = (key: NoteKey): NoteVerifier => {
  const publicKey: KeyObject = publicKeyObject(key);
  return { key, verify: (text, signature) => verify(null, Buffer.from(text), publicKey, signature) };
};

/** A signature by each signer, in their order. The text must be one that a note can have. */
export const signText = async (
  text: string,
  signers: readonly NoteSigner[],
): Promise<readonly NoteSignature[]> => {
  checkNoteText(text);
  return Promise.all(
    signers.map(async (signer) => ({
      name: signer.key.name,
      keyId: signer.key.id,
      signature: await signer.sign(text),
    })),
  );
};

export interface VerifiedNote {
  readonly text: string;
  /** One for each known key that signed, in the note's order. */
  readonly verified: readonly { readonly key: NoteKey; readonly signature: NoteSignature }[];
  /** Signatures by keys that were not given: they are kept, and prove nothing. */
  readonly unknown: readonly NoteSignature[];
}

/**
 * signed-note, "Signatures". Faults with `signature-invalid` when a signature by a known key does not verify, or when
 * no known key has signed; with `configuration-invalid` when two known keys share name and key ID.
 */
export const verifyNote = (note: Note, verifiers: readonly NoteVerifier[]): VerifiedNote => {
  const known = new Map(verifiers.map((verifier) => [`${verifier.key.name}+${verifier.key.id}`, verifier]));
  if (known.size !== verifiers.length) {
    throw new Fault('configuration-invalid', 'Two of the known keys have the same name and key ID.');
  }
  const verified = new Map<NoteKey, NoteSignature>();
  const unknown: NoteSignature[] = [];
  for (const signature of note.signatures) {
    const verifier = known.get(`${signature.name}+${signature.keyId}`);
    if (verifier === undefined) {
      unknown.push(signature);
    } else if (!verifier.verify(note.text, signature.signature)) {
      const key = `${signature.name}+${hexId(signature.keyId)}`;
      throw new Fault('signature-invalid', phrase`The signature of ${key} does not verify.`, { key });
    } else if (!verified.has(verifier.key)) {
      verified.set(verifier.key, signature);
    }
  }
  if (verified.size === 0) throw new Fault('signature-invalid', 'The note has no signature of a known key.');
  return {
    text: note.text,
    verified: Array.from(verified, ([key, signature]) => ({ key, signature })),
    unknown,
  };
};
