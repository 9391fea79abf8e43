import { hash } from 'node:crypto';
import { z } from 'zod';

/** Text of lines of JSON. The last line has the SHA-256 of all lines before it, so a text that was cut or changed is found. */
const Tail = z.strictObject({ sha256: z.string() });

export const digestedLines = (values: readonly unknown[]): string => {
  const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  return `${lines}${JSON.stringify({ sha256: hash('sha256', lines) })}\n`;
};

/** The values; undefined where the last line has another digest. Throws where a line is no JSON. */
export const readDigestedLines = (text: string): readonly unknown[] | undefined => {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const lines = text.slice(0, end);
  if (Tail.parse(JSON.parse(text.slice(end))).sha256 !== hash('sha256', lines)) return undefined;
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
};
