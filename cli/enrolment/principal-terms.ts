import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import { timeOption } from '../time.ts';
import type { RoleCommand } from './roles.ts';
import {
  addCommonOptions,
  commonOptions,
  commonTerms,
  type PrincipalFile,
  principalFile,
  readTermsFile,
  repeated,
} from './terms.ts';

/** Each role has the options of its own terms. */
export const addPrincipalOptions = (command: Command, { role }: RoleCommand): Command => {
  addCommonOptions(command).option(
    '--person <person>',
    'the person behind it, where one has several principals; by default its own id',
  );
  if (role === 'officer') {
    command
      .option('--office <office>', 'the office of the officer')
      .option('--duty <duty>', 'receive, examine, approve or responsible; repeat it', repeated);
  }
  if (role === 'relyingParty') {
    command
      .option('--agreement <number>', 'the number of the agreement')
      .option('--purpose <purpose>', 'ID=JAPANESE|ENGLISH|LEGAL BASIS; repeat it, or use --file', repeated)
      .option('--assumed-purpose <id>', 'the purpose of calls that name none');
  }
  return command;
};

export const principalOptions = {
  ...commonOptions,
  person: z.string().exactOptional(),
  office: z.string().exactOptional(),
  duty: z.array(z.string()).exactOptional(),
  agreement: z.string().exactOptional(),
  purpose: z.array(z.string()).exactOptional(),
  assumedPurpose: z.string().exactOptional(),
};

export const addMoment = (command: Command): Command =>
  command.option('--effective-from <time>', 'from when on it is in force; at once if not given');

export const momentOptions = { effectiveFrom: timeOption.exactOptional() };

type Purpose = NonNullable<PrincipalFile['purposes']>[number];

const purposeOf = (given: string): Purpose => {
  const [, id = '', rest = ''] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  const [ja, en, legalBasis, ...more] = rest.split('|').map((part) => part.trim());
  if (!ja || !en || !legalBasis || more.length > 0) {
    throw usage('A purpose is given as ID=JAPANESE|ENGLISH|LEGAL BASIS, or in --file.');
  }
  return { id, title: { ja, en }, legalBasis };
};

/** What the API takes of a principal. Failure: `usage`. */
export const readPrincipalTerms = async (
  { role }: RoleCommand,
  options: z.output<z.ZodObject<typeof principalOptions>>,
) => {
  const file = await readTermsFile(options.file, principalFile);
  if (file.role !== undefined && file.role !== role) {
    throw usage(phrase`The file is about the role ${file.role}, and this command about ${role}.`);
  }
  const { person, office, duty, agreement, purpose, assumedPurpose } = options;
  return {
    ...file,
    ...commonTerms(options, file),
    role,
    ...(person !== undefined && { person }),
    ...(office !== undefined && { office }),
    ...(duty && { duties: duty }),
    ...(agreement !== undefined && { agreement }),
    ...(purpose && { purposes: purpose.map(purposeOf) }),
    ...(assumedPurpose !== undefined && { assumedPurpose }),
  };
};
