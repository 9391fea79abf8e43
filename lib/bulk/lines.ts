import { MAX_ROW_BYTES } from './contract.ts';

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** With its line end. Undefined where the line is longer than a row may be. */
  readonly bytes: Buffer | undefined;
}

export interface Lines {
  /** The lines that end in this piece of the file. To be gone through before the next piece. */
  take(piece: Uint8Array): Iterable<Line>;
  /** The line that the file ends in without a line end. */
  end(): Iterable<Line>;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Lines end with LF or CRLF. They are found on bytes: in UTF-8 and in Windows-31J a line feed is never a part of another character
 * (in Windows-31J the second byte of a character is at least 0x40). A line that is too long is not held.
 */
export const openLines = (): Lines => {
  let pieces: Buffer[] = [];
  let size = 0;
  let number = 0;

  const hold = (piece: Buffer): void => {
    size += piece.length;
    if (size > MAX_ROW_BYTES) pieces = [];
    else pieces.push(piece);
  };

  const line = (): Line => {
    const [first, ...more] = pieces;
    const isHeld = size <= MAX_ROW_BYTES && first !== undefined;
    const bytes = isHeld ? (more.length === 0 ? first : Buffer.concat(pieces)) : undefined;
    pieces = [];
    size = 0;
    number += 1;
    return { number, bytes };
  };

  return {
    *take({ buffer, byteOffset, length }) {
      const piece = Buffer.from(buffer, byteOffset, length);
      let at = 0;
      for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, at)) {
        hold(piece.subarray(at, end + 1));
        at = end + 1;
        yield line();
      }
      if (at < length) hold(piece.subarray(at));
    },
    *end() {
      if (size > 0) yield line();
    },
  };
};

/** Without its line end. */
export const contentOf = (bytes: Buffer): Buffer => {
  if (bytes.at(-1) !== LINE_FEED) return bytes;
  return bytes.subarray(0, bytes.at(-2) === CARRIAGE_RETURN ? -2 : -1);
};

/** A line of nothing but its line end. */
export const isEmptyLine = (bytes: Buffer): boolean =>
  bytes[0] === LINE_FEED || (bytes[0] === CARRIAGE_RETURN && bytes[1] === LINE_FEED);

/** Nothing but spaces and tabs. */
export const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09);
