import { type Phrase, phrase } from '../fault.ts';
import type { Encoding, OpenFile } from './contract.ts';
import { ENCODING_NAMES, fatalDecoder } from './text.ts';

export interface Judged extends Pick<OpenFile, 'encoding' | 'encodingBy'> {
  /** Bytes before the text. */
  readonly markBytes: number;
  /** Why the file cannot be read at all. */
  readonly problem?: Phrase;
}

const MARK = Buffer.from('\ufeff');

/** Files that people send in place of CSV. None of these beginnings is text in UTF-8 or in Windows-31J. */
const FOREIGN: readonly (readonly [bytes: string, why: Phrase])[] = [
  ['fffe', phrase`The file is UTF-16. Save it as UTF-8 (spreadsheets offer CSV UTF-8).`],
  ['feff', phrase`The file is UTF-16. Save it as UTF-8 (spreadsheets offer CSV UTF-8).`],
  ['504b0304', phrase`The file is a spreadsheet or an archive (ZIP). Save it as CSV.`],
  ['d0cf11e0', phrase`The file is a spreadsheet (XLS). Save it as CSV.`],
];

const readable = (decoder: ReturnType<typeof fatalDecoder>, bytes: Uint8Array): boolean => {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/**
 * The encoding in which more of the lines can be read that are not ASCII alone, and UTF-8 where both are even. A line of Windows-31J is
 * seldom UTF-8. Many lines of UTF-8 can be read as Windows-31J, as other characters, so a file in UTF-8 with one wrong byte must not
 * become one in Windows-31J.
 */
const byContent = (beginning: Buffer, isWhole: boolean): Encoding => {
  const utf8 = fatalDecoder('utf-8');
  const windows = fatalDecoder('windows-31j');
  let balance = 0;
  for (let at = 0; at < beginning.length; ) {
    const end = beginning.indexOf(0x0a, at);
    const line = beginning.subarray(at, end === -1 ? beginning.length : end);
    // The beginning may end within a character.
    if (end === -1 && at > 0 && !isWhole) break;
    at += line.length + 1;
    if (line.every((byte) => byte < 0x80)) continue;
    balance += Number(readable(utf8, line)) - Number(readable(windows, line));
  }
  return balance < 0 ? 'windows-31j' : 'utf-8';
};

/** Which encoding the file has, from its beginning and from what the caller says. */
export const judgeEncoding = (beginning: Buffer, isWhole: boolean, said: Encoding | undefined): Judged => {
  const [, problem] =
    FOREIGN.find(([bytes]) => beginning.subarray(0, bytes.length / 2).toString('hex') === bytes) ?? [];
  const isMarked = beginning.subarray(0, MARK.length).equals(MARK);
  const encoding = said ?? (isMarked ? 'utf-8' : byContent(beginning, isWhole));
  const contradiction = phrase`The file begins with the byte order mark of UTF-8, and is said to be ${ENCODING_NAMES[encoding]}.`;
  const why = problem ?? (isMarked && encoding !== 'utf-8' ? contradiction : undefined);
  return {
    encoding,
    encodingBy: said ? 'caller' : isMarked ? 'byte-order-mark' : 'content',
    markBytes: isMarked ? MARK.length : 0,
    ...(why && { problem: why }),
  };
};
