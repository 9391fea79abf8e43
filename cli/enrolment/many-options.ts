import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ENCODINGS, type Encoding } from '../../lib/bulk/bulk.ts';
import { usage } from '../failure.ts';

/** The options of a step on many officers, who are in a file. */

export const addManyOptions = (command: Command): Command =>
  command
    .option('--dry-run', 'with --file for many: says what would be done, and does nothing')
    .addOption(
      new Option(
        '--encoding <encoding>',
        'with --file for many: how it is encoded, instead of finding it out',
      ).choices(ENCODINGS),
    );

export const manyOptions = {
  dryRun: z.literal(true).exactOptional(),
  encoding: z.enum(ENCODINGS).exactOptional(),
};

type ManyOptions = z.output<z.ZodObject<typeof manyOptions>>;

/** A file about many officers. */
export interface ManyFile {
  readonly path: string;
  /** Where it is undefined, it is found out. */
  readonly encoding: Encoding | undefined;
  /** Nothing is done. */
  readonly isDry: boolean;
}

/** Failure: `usage` where something else is given with the file, or no file. */
export const onlyFile = ({
  file,
  dryRun,
  encoding,
  ...others
}: ManyOptions & { readonly file?: string | undefined }): ManyFile => {
  if (file === undefined) throw usage('Give the id of one officer, or --file for many.');
  if (Object.values(others).some((given) => given !== undefined))
    throw usage('With --file everything is in the file: give no id and no other terms.');
  return { path: file, encoding, isDry: dryRun === true };
};

/** Failure: `usage`. */
export const assertOne = ({ dryRun, encoding }: ManyOptions): void => {
  if (dryRun) throw usage('--dry-run goes with --file for many, without an id.');
  if (encoding) throw usage('--encoding goes with --file for many, without an id.');
};
