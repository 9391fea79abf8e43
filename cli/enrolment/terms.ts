import type { Command } from 'commander';
import { z } from 'zod';
import { phrase, SchemaPhrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import { readFileWithin } from '../read-file.ts';
import { timeOption } from '../time.ts';

/** What is said of an office or a principal: by options, by a file, or by both. */

const MAX_FILE_BYTES = 256 * 1024;

export const idArgument = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'An id is 1 to 40 of a-z, 0-9 and inner hyphens.');

const text = z.string();
const names = z.strictObject({ ja: text, en: text });

/** The members that both kinds of terms have. */
const common = {
  name: names.partial(),
  kana: text,
  tenant: text,
  from: timeOption,
  until: timeOption,
};

export const officeFile = z
  .strictObject({
    ...common,
    attributes: z.record(text, text),
    parent: text,
    code: text,
    profiles: z.array(text),
    officeApproval: z.boolean(),
  })
  .partial();

export const principalFile = z
  .strictObject({
    ...common,
    role: text,
    person: text,
    office: text,
    duties: z.array(text),
    purposes: z.array(z.strictObject({ id: text, title: names, legalBasis: text })),
    assumedPurpose: text,
    agreement: text,
  })
  .partial();

export type PrincipalFile = z.output<typeof principalFile>;

/** The terms in a JSON file; none without a file. Failure: `usage`. */
export const readTermsFile = async <T>(path: string | undefined, shape: z.ZodType<T>): Promise<T> => {
  if (path === undefined) return shape.parse({});
  let value: unknown;
  try {
    value = JSON.parse((await readFileWithin(path, MAX_FILE_BYTES)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(phrase`The file ${path} is not JSON.`);
  }
  const result = shape.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw result.error;
  throw usage(
    phrase`The file ${path} does not have the terms in order: ${issue.path.join('.')}: ${new SchemaPhrase(issue)}`,
    'It is one JSON object; its members are those that the API takes: see openapi.json.',
  );
};

export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export const addCommonOptions = (command: Command): Command =>
  command
    .option('--file <file>', 'the terms as a JSON object; options count before it')
    .option('--name-ja <name>', 'the name in Japanese')
    .option('--name-en <name>', 'the name in English')
    .option('--kana <reading>', 'the reading of the Japanese name')
    .option('--tenant <tenant>', 'the tenant that it belongs to; by default your own')
    .option('--from <time>', 'from when on; now if not given')
    .option('--until <time>', 'before when; without it no end is set');

export const commonOptions = {
  file: z.string().exactOptional(),
  nameJa: z.string().exactOptional(),
  nameEn: z.string().exactOptional(),
  kana: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  from: timeOption.exactOptional(),
  until: timeOption.exactOptional(),
};

type CommonOptions = z.output<z.ZodObject<typeof commonOptions>>;

/** The members that both kinds of terms have. Failure: `usage` where a name is missing. */
export const commonTerms = (
  options: CommonOptions,
  file: { readonly name?: z.output<typeof common.name> | undefined },
) => {
  const ja = options.nameJa ?? file.name?.ja;
  const en = options.nameEn ?? file.name?.en;
  if (ja === undefined || en === undefined) {
    throw usage('Both names are needed: give --name-ja and --name-en, or "name" in the file.');
  }
  const { kana, tenant, from, until } = options;
  return {
    name: { ja, en },
    ...(kana !== undefined && { kana }),
    ...(tenant !== undefined && { tenant }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
};

/** The help of the option that names what is confirmed. */
export const LOOKED_AT =
  'the number of the proposal that you have compared; refused where a newer one took its place';

export const confirmationOf = (path: string, number: string | undefined): string =>
  `${path}/confirmation${number === undefined ? '' : `?number=${encodeURIComponent(number)}`}`;
