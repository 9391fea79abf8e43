import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import {
  addCommonOptions,
  commonOptions,
  commonTerms,
  officeFile,
  readTermsFile,
  repeated,
} from './terms.ts';

export const addOfficeOptions = (command: Command): Command =>
  addCommonOptions(command)
    .option('--code <code>', 'the local government code, six digits; the last one is its check digit')
    .option('--parent <office>', 'the office above it')
    .option('--attribute <name=value>', 'for the subjects of certificates, such as O=…; repeat it', repeated)
    .option('--profile <profile>', 'a profile that the office may ask for; repeat it', repeated)
    .option('--office-approval', 'requests are examined twice at the office; that takes three officers')
    .option('--no-office-approval', 'once, as if not given; for a --file that says otherwise');

export const officeOptions = {
  ...commonOptions,
  code: z.string().exactOptional(),
  parent: z.string().exactOptional(),
  attribute: z.array(z.string()).exactOptional(),
  profile: z.array(z.string()).exactOptional(),
  officeApproval: z.boolean().exactOptional(),
};

const attributesOf = (given: readonly string[]): Readonly<Record<string, string>> => {
  const attributes = new Map<string, string>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw usage('An attribute is given as NAME=VALUE.');
    const name = text.slice(0, at);
    if (attributes.has(name)) throw usage(phrase`The attribute ${name} is given twice.`);
    attributes.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(attributes);
};

/** What the API takes of an office. Failure: `usage`. */
export const readOfficeTerms = async (options: z.output<z.ZodObject<typeof officeOptions>>) => {
  const file = await readTermsFile(options.file, officeFile);
  const { code, parent, attribute, profile, officeApproval } = options;
  return {
    attributes: {},
    profiles: [],
    ...file,
    ...commonTerms(options, file),
    ...(code !== undefined && { code }),
    ...(parent !== undefined && { parent }),
    ...(attribute && { attributes: { ...file.attributes, ...attributesOf(attribute) } }),
    ...(profile && { profiles: profile }),
    ...(officeApproval !== undefined && { officeApproval }),
  };
};
