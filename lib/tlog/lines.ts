import { HASH_BYTES } from './merkle.ts';

/**
 * Helpers for the line-based formats of C2SP: UTF-8 text, base64 and decimals. Each value has exactly one spelling, so
 * a parsed text is written back byte for byte, and no second spelling slips past a comparison. A reader here returns
 * `undefined` for malformed text; the calling format knows which fault that is.
 */

/** More than the 16 signatures of 5 kB each that signed-note asks verifiers to accept, and far less than memory. */
export const MAX_TEXT_BYTES = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 text without control characters other than newline (signed-note, "Format"), within MAX_TEXT_BYTES. */
export const readText = (input: Uint8Array | string): string | undefined => {
  if (input.length > MAX_TEXT_BYTES) return undefined;
  if (typeof input === 'string') {
    return Buffer.byteLength(input) <= MAX_TEXT_BYTES && isPlainText(input) ? input : undefined;
  }
  try {
    const text = utf8.decode(input);
    return isPlainText(text) ? text : undefined;
  } catch {
    return undefined;
  }
};

/** Well-formed Unicode without control characters other than newline. */
export const isPlainText = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
  text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

/** The lines of a text that ends with a newline, without their newlines. */
export const readLines = (text: string): string[] | undefined =>
  text.endsWith('\n') ? text.slice(0, -1).split('\n') : undefined;

/** RFC 4648 section 4, padded. */
export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

export const readBase64 = (text: string): Uint8Array | undefined => {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips characters that are not base64, and accepts missing padding and stray bits. Only the one spelling
  // passes.
  return bytes.toString('base64') === text ? bytes : undefined;
};

export const readHash = (text: string): Uint8Array | undefined => {
  const bytes = readBase64(text);
  return bytes?.length === HASH_BYTES ? bytes : undefined;
};

/** ASCII decimal without leading zeroes, up to 2^53 - 1. Sizes beyond that cannot be read here. */
export const readDecimal = (text: string): number | undefined => {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
};
