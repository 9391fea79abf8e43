import { type Phrase, phrase } from '../fault.ts';
import { type CellProblem, MAX_CELL_BYTES, type UnnumberedRow, type Value } from './contract.ts';
import { contentOf, isBlank, type Line, openLines } from './lines.ts';
import { CELL_TOO_LONG, ROW_TOO_LONG, shownName, type TextReader } from './text.ts';

/** NDJSON: one JSON object on each line, whose members are the columns. */

const NOT_AN_OBJECT = phrase`The line is not one JSON object.`;
const NOT_A_VALUE = phrase`The value is a text, a number, true or false, or a list of these.`;
const HALF = phrase`The text holds half of a surrogate pair.`;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^\s",:[\]{}]+/g;

/** Undefined where the text is not one JSON object. */
const tokensOf = (text: string): readonly string[] | undefined => {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(TOKEN) ?? [];
  return tokens[0] === '{' ? tokens : undefined;
};

/** A number is given as it is written: JavaScript would change the digits of a long one. Undefined for null. */
const scalarOf = (token: string): string | undefined =>
  token.startsWith('"') ? (JSON.parse(token) as string) : token === 'null' ? undefined : token;

const isBracket = (token: string): boolean => /^[[\]{}]$/.test(token);

/** The value of these tokens, or why it is none. */
const readValue = (
  tokens: readonly string[],
  reader: TextReader,
): { readonly value: Value } | { readonly refusal: Phrase } => {
  const isList = tokens[0] === '[';
  const items = isList ? tokens.slice(1, -1) : tokens;
  if (items.some(isBracket)) return { refusal: NOT_A_VALUE };
  const texts: string[] = [];
  for (const item of items) {
    const text = scalarOf(item);
    if (text === undefined) return { refusal: NOT_A_VALUE };
    if (Buffer.byteLength(text) > MAX_CELL_BYTES) return { refusal: CELL_TOO_LONG };
    const refusal = text.isWellFormed() ? reader.refusalOf(text, 'cell') : HALF;
    if (refusal !== undefined) return { refusal };
    texts.push(text);
  }
  return { value: isList ? texts : (texts[0] as string) };
};

/**
 * The members in their order, also those that JSON.parse would drop because another one has the same name. JSON.parse has accepted
 * the tokens.
 */
const readObject = (tokens: readonly string[], reader: TextReader): Omit<UnnumberedRow, 'line'> => {
  const names = new Set<string>();
  const cells: (Value | undefined)[] = [];
  const problems: CellProblem[] = [];
  for (let at = 1; tokens[at] !== '}'; ) {
    const name = JSON.parse(tokens[at++] as string) as string;
    const begins = at;
    let depth = 0;
    do {
      if (/^[[{]$/.test(tokens[at] as string)) depth++;
      if (/^[\]}]$/.test(tokens[at] as string)) depth--;
      at++;
    } while (depth > 0);
    if (names.has(name)) {
      problems.push({ phrase: phrase`The object has the member "${shownName(name)}" twice.` });
      continue;
    }
    names.add(name);
    const read = readValue(tokens.slice(begins, at), reader);
    cells.push('value' in read ? read.value : undefined);
    if ('refusal' in read) problems.push({ column: names.size, phrase: read.refusal });
  }
  return { names: [...names], cells, problems };
};

const refused = (line: number, why: Phrase): UnnumberedRow => ({
  line,
  names: [],
  cells: [],
  problems: [{ phrase: why }],
});

const readLine = function* ({ number, bytes }: Line, reader: TextReader): Generator<UnnumberedRow> {
  if (bytes === undefined) {
    yield refused(number, ROW_TOO_LONG);
    return;
  }
  const content = contentOf(bytes);
  if (isBlank(content)) return;
  const read = reader.decode(content, 'line');
  if ('refusal' in read) {
    yield refused(number, read.refusal);
    return;
  }
  const tokens = tokensOf(read.text);
  yield tokens
    ? { line: number, ...readObject(tokens, reader) }
    : refused(number, reader.refusalOf(read.text, 'line') ?? NOT_AN_OBJECT);
};

export const ndjsonRowsOf = async function* (
  pieces: AsyncIterable<Uint8Array>,
  reader: TextReader,
): AsyncGenerator<UnnumberedRow> {
  const lines = openLines();
  for await (const piece of pieces) for (const line of lines.take(piece)) yield* readLine(line, reader);
  for (const line of lines.end()) yield* readLine(line, reader);
};
