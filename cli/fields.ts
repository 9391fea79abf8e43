import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { usage } from './failure.ts';
import { readFileWithin } from './read-file.ts';

export type Fields = Readonly<Record<string, string | readonly string[]>>;

const MAX_FIELDS_BYTES = 256 * 1024;

const fileShape = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const readFields = async (path: string): Promise<Fields> => {
  const text = (await readFileWithin(path, MAX_FIELDS_BYTES)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(phrase`The file ${path} is not JSON.`);
  }
  const result = fileShape.safeParse(value);
  if (result.success) return result.data;
  throw usage(
    phrase`The file ${path} must be one JSON object whose members are strings or lists of strings.`,
  );
};

/** `name=value`, where a name that is given more than once makes a list. */
const parseFields = (given: readonly string[]): Fields => {
  const fields = new Map<string, string | string[]>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw usage('A field is given as NAME=VALUE.');
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields);
};

/** Fields from the command line and from a file. No field may be in both. */
export const collectFields = async (given: readonly string[], path: string | undefined): Promise<Fields> => {
  const typed = parseFields(given);
  const read = path === undefined ? {} : await readFields(path);
  const both = Object.keys(typed).filter((name) => Object.hasOwn(read, name));
  if (both.length > 0) throw usage(phrase`Given twice, by --field and in the file: ${both.join(', ')}.`);
  return { ...read, ...typed };
};
