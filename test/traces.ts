import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Looks for values in bytes, as somebody would who reads a disk: as they are, and in the forms that text and bytes take. */

export type Secrets = Readonly<Record<string, string | Uint8Array>>;

/** Shorter forms would be found by chance among megabytes of random bytes. */
const SHORTEST = 8;

/** Base64 of the bytes wherever they stand in a longer text: without the characters that depend on what stands beside them. */
const base64s = (bytes: Uint8Array): readonly string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=*$/, '');
    const end = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(before === 0 ? 0 : before + 1, end);
  });

const escaped = (text: string): string =>
  text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const formsOf = (value: string | Uint8Array): readonly Buffer[] => {
  const bytes = Buffer.from(value);
  const utf16 = typeof value === 'string' ? [Buffer.from(value, 'utf16le')] : [];
  const bigEndian = utf16.map((text) => Buffer.from(text).swap16());
  const texts = [
    ...base64s(bytes),
    ...base64s(bytes).map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    ...(typeof value === 'string' ? [escaped(value), encodeURIComponent(value)] : []),
  ];
  return [bytes, ...utf16, ...bigEndian, ...texts.map((text) => Buffer.from(text))].filter(
    ({ length }) => length >= SHORTEST,
  );
};

/** The names of the values that are in the bytes. */
export const tracesIn = (secrets: Secrets) => {
  const all = Object.entries(secrets).map(([name, value]) => [name, formsOf(value)] as const);
  return (bytes: Uint8Array): readonly string[] => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return all.flatMap(([name, forms]) => (forms.some((form) => buffer.includes(form)) ? [name] : []));
  };
};

/** The files below the folder that have a value, in their content or their names; and how many files there are. */
export const tracesBelow = (
  folder: string,
  secrets: Secrets,
): { readonly files: number; readonly found: readonly string[] } => {
  const traces = tracesIn(secrets);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const found = files.flatMap(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const inside = [...traces(Buffer.from(path)), ...traces(readFileSync(path))];
    return inside.map((secret) => `${path.slice(folder.length + 1)}: ${secret}`);
  });
  return { files: files.length, found };
};
