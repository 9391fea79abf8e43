import { type Encoding, type FileForm, openFile, type Row } from '../../lib/bulk/bulk.ts';

/** The file in pieces, cut at these places. */
export const cut = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  // Copies, so that nothing can look beyond the piece.
  return sorted.slice(1).map((end, index) => Uint8Array.from(bytes.subarray(sorted[index], end)));
};

export const each = async function* <T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
};

export const all = async <T>(values: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
};

type Content = string | Uint8Array;

export const bytesOf = (content: Content): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : content;

export const rowsOf = async (
  content: Content,
  form: FileForm = { format: 'csv', encoding: 'utf-8' },
  places: readonly number[] = [],
): Promise<readonly Row[]> => all((await openFile(each(cut(bytesOf(content), places)), form)).rows);

/** Rows for people: their number, line and cells, or their number, line, and problems as `column: sentence`. */
export const shown = (rows: readonly Row[]): readonly (readonly unknown[])[] =>
  rows.map(({ number, line, cells, problems }) =>
    problems.length === 0
      ? [number, line, ...cells]
      : [number, line, ...problems.map(({ column, phrase }) => `${column ?? 'row'}: ${phrase}`)],
  );

export const readCsv = async (content: Content, encoding: Encoding = 'utf-8') =>
  shown(await rowsOf(content, { format: 'csv', encoding }));

export const readNdjson = async (content: Content, encoding: Encoding = 'utf-8') =>
  shown(await rowsOf(content, { format: 'ndjson', encoding }));

/** Every code of Windows-31J with its character, by the table of the decoder. The user-defined area is left out. */
const CODES: ReadonlyMap<string, number> = (() => {
  const decoder = new TextDecoder('shift_jis', { fatal: true });
  const found = new Map<string, number>();
  const add = (code: number, bytes: readonly number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      if ([...text].length === 1 && !/\p{Co}/u.test(text) && !found.has(text)) found.set(text, code);
    } catch {
      // No character has this code.
    }
  };
  for (let code = 0xa1; code <= 0xdf; code++) add(code, [code]);
  for (let code = 0x8140; code <= 0xfcfc; code++) add(code, [code >> 8, code & 0xff]);
  return found;
})();

/** Characters that Windows-31J has beyond ASCII. */
export const WINDOWS_31J_CHARACTERS: readonly string[] = [...CODES.keys()];

export const windows31j = (text: string): Buffer =>
  Buffer.from(
    [...text].flatMap((character) => {
      const code = character < '\u0080' ? character.charCodeAt(0) : CODES.get(character);
      if (code === undefined) throw new Error(`Windows-31J does not have ${character}.`);
      return code < 0x100 ? [code] : [code >> 8, code & 0xff];
    }),
  );
