import { phrase } from '../lib/fault.ts';
import { type Say, said } from '../lib/messages/messages.ts';
import type { Failure, Text } from './failure.ts';

/** Characters that take two columns of a terminal (Unicode's East Asian Width W and F, by script and block). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\u30a0-\u30ff\uff01-\uff60\uffe0-\uffe6]/u;
const HALF_WIDTH_KATAKANA = /[\uff61-\uffdc]/;
const ZERO = /[\p{Mn}\p{Me}\p{Variation_Selector}\u200b-\u200d]/u;

/** Columns that the text takes on a terminal. */
export const columns = (text: string): number => {
  let width = 0;
  for (const character of text) {
    if (ZERO.test(character)) continue;
    width += WIDE.test(character) && !HALF_WIDTH_KATAKANA.test(character) ? 2 : 1;
  }
  return width;
};

/** Characters that would move the cursor, colour the terminal or reverse the order of reading. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text from elsewhere, with such characters escaped, so that it cannot disguise itself on a terminal. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The words of the service stay as they came; it was told the language. */
export const textIn = (text: Text, say: Say): string => (typeof text === 'string' ? text : say(text));

const pad = (text: string, width: number): string => text + ' '.repeat(width - columns(text));

const INDENT = '    ';

/** The columns that begin a further line, so that no line is longer than `width` unless one cell alone is. */
const breaksOf = (widths: readonly number[], width: number): ReadonlySet<number> => {
  const breaks = new Set<number>();
  let used = 0;
  widths.forEach((own, index) => {
    if (index > 0 && used + 2 + own > width) {
      breaks.add(index);
      used = INDENT.length + own;
    } else {
      used += (index > 0 ? 2 : 0) + own;
    }
  });
  return breaks;
};

/**
 * Rows in aligned columns, two spaces apart. A row is a line; where all columns together are wider than `width`, it goes on
 * in indented lines.
 */
export const table = (rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string => {
  const safe = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of safe) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, columns(cell));
    });
  }
  const breaks = breaksOf(widths, width);
  return safe
    .map((row) => {
      const lines: string[][] = [[]];
      row.forEach((cell, index) => {
        if (breaks.has(index)) lines.push([]);
        lines.at(-1)?.push(pad(cell, widths[index] ?? 0));
      });
      return lines.map((cells, n) => `${n === 0 ? '' : INDENT}${cells.join('  ')}`.trimEnd());
    })
    .map((lines) => `${lines.join('\n')}\n`)
    .join('');
};

/** Names and values, a line each; what is undefined is left out. A name that is no phrase is that of a standard. */
export const details = (
  say: Say,
  pairs: readonly (readonly [name: Text, value: Text | undefined])[],
): string =>
  table(
    pairs.flatMap(([name, value]) =>
      value === undefined ? [] : [[textIn(name, say), textIn(value, say)] as const],
    ),
  );

/** A value of JSON on one line, as short text where it is text. */
export const compact = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

export const failureText = ({ problem, advice }: Failure, say: Say): string => {
  const title = textIn(problem.title, say);
  const detail = textIn(problem.detail, say);
  const lines = [`akashi: ${printable(title)} (${printable(problem.code)})`];
  const { others, ...more } = problem.facts ?? {};
  const facts = Object.entries(more).map(([name, value]) => [name, compact(said(value, say))] as const);
  // Problems of further fields are said as the first one is.
  const further = (Array.isArray(others) ? others : []).map(
    (one) => [phrase`detail`, compact(said(one?.problem ?? one, say))] as const,
  );
  const rest = details(say, [
    [phrase`detail`, detail === '' ? undefined : detail],
    ...further,
    [phrase`what to do`, advice],
    ...facts,
    [phrase`request id`, problem.requestId],
  ]);
  return `${lines.join('\n')}\n${rest.replace(/^/gm, '  ').trimEnd()}\n`;
};

/** The problem document for machines, with the advice if there is any. */
export const failureJson = ({ problem, advice }: Failure, say: Say): string =>
  `${JSON.stringify(said(advice === undefined ? problem : { ...problem, advice }, say))}\n`;
