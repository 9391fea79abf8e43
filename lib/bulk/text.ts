import { type Phrase, phrase } from '../fault.ts';
import { type Encoding, MAX_CELL_BYTES, MAX_ROW_BYTES } from './contract.ts';

/* From bytes to text. What no name and no field may have is refused here, where its place can still be told. */

export const ROW_TOO_LONG = phrase`The row has more than the ${MAX_ROW_BYTES} bytes that are taken. Lines end with CRLF or LF.`;
export const CELL_TOO_LONG = phrase`The cell has more than the ${MAX_CELL_BYTES} bytes that are taken.`;

export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'windows-31j': 'Windows-31J',
};

/** The Encoding Standard's name. Its table for Shift_JIS is that of Windows-31J. */
const LABELS: Readonly<Record<Encoding, string>> = { 'utf-8': 'utf-8', 'windows-31j': 'shift_jis' };

export const fatalDecoder = (encoding: Encoding) =>
  new TextDecoder(LABELS[encoding], { fatal: true, ignoreBOM: true });

/** In what a character is counted. */
export type Unit = 'cell' | 'line';

const inUnit: Readonly<Record<Unit, Phrase>> = { cell: phrase`of the cell`, line: phrase`of the line` };

const codePoint = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

const CONTROL = (place: number, unit: Unit, code: number): Phrase =>
  phrase`Character ${place} ${inUnit[unit]} is the control character ${codePoint(code)}; remove it.`;

/** All control characters but tab, CR and LF. */
const isControl = (byte: number): boolean =>
  (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f;

/** Control characters, the byte order mark, the replacement character, and characters for private use. */
const REFUSED = /[[\p{Cc}\p{Co}\ufeff\ufffd]--[\t\r\n]]/v;

/** What a file in Windows-31J has for a character of the area that users define themselves, F040 to F9FC. */
const userDefined = (code: number): string | undefined => {
  const pointer = code - 0xe000;
  const offset = pointer % 188;
  if (pointer < 0 || pointer >= 1_880) return undefined;
  const bytes = ((0xf0 + Math.floor(pointer / 188)) << 8) | (offset + (offset < 0x3f ? 0x40 : 0x41));
  return bytes.toString(16).toUpperCase();
};

/** The number of the character before which this text ends. */
const placeAfter = (before: string): number => [...before].length + 1;

const refusalOf = (text: string, unit: Unit, encoding: Encoding): Phrase | undefined => {
  const found = REFUSED.exec(text);
  if (found === null) return undefined;
  const code = text.codePointAt(found.index) ?? 0;
  const place = placeAfter(text.slice(0, found.index));
  if (code === 0xfeff)
    return phrase`Character ${place} ${inUnit[unit]} is a byte order mark (U+FEFF), which stands only at the beginning of a file; remove it.`;
  if (code === 0xfffd)
    return phrase`Character ${place} ${inUnit[unit]} is U+FFFD, which stands for a character that was lost; type it again.`;
  if (code < 0xa0) return CONTROL(place, unit, code);
  const bytes = encoding === 'windows-31j' ? userDefined(code) : undefined;
  const shown = bytes === undefined ? codePoint(code) : `${bytes} (${codePoint(code)})`;
  return phrase`Character ${place} ${inUnit[unit]} is ${shown}, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.`;
};

export interface TextReader {
  /** What the bytes say, or why they say nothing. `edit` makes the text from what is decoded. */
  decode(
    bytes: Buffer,
    unit: Unit,
    edit?: (text: string) => string,
  ): { readonly text: string } | { readonly refusal: Phrase };
  /** Why no cell may have this text; undefined where it may. */
  refusalOf(text: string, unit: Unit): Phrase | undefined;
}

const same = (text: string): string => text;

export const openText = (encoding: Encoding): TextReader => {
  const decoder = fatalDecoder(encoding);
  const lenient = new TextDecoder(LABELS[encoding], { ignoreBOM: true });

  const decode: TextReader['decode'] = (bytes, unit, edit = same) => {
    let isAscii = true;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) isAscii = false;
      // The decoder of Node turns 1A, 1C and 7F of Windows-31J into each other, so controls are named by their bytes. They are no
      // part of another character.
      else if (isControl(byte))
        return { refusal: CONTROL(placeAfter(edit(lenient.decode(bytes.subarray(0, at)))), unit, byte) };
    }
    if (isAscii) return { text: edit(bytes.toString('latin1')) };
    try {
      return { text: edit(decoder.decode(bytes)) };
    } catch {
      const before = lenient.decode(bytes).split('\ufffd', 1)[0] as string;
      return {
        refusal: phrase`Character ${placeAfter(edit(before))} ${inUnit[unit]} cannot be read as ${ENCODING_NAMES[encoding]}; type it again, or name the encoding that the file has.`,
      };
    }
  };

  return { decode, refusalOf: (text, unit) => refusalOf(text, unit, encoding) };
};

/** A name from the file, for a sentence: short, and without what does not show. */
export const shownName = (name: string): string => {
  const characters = [...name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()];
  return characters.length > 64 ? `${characters.slice(0, 63).join('')}…` : characters.join('');
};
