import { usage } from '../failure.ts';
import type { Run } from '../perform.ts';
import { type Saved, type SavingOptions, saving } from '../save.ts';
import { batchPath } from './answers.ts';

/** The format that a file's name chooses. Failure: `usage`. */
export const errorsFormat = (file: string): string => {
  const [, format] = /\.(csv|ndjson)$/.exec(file) ?? [];
  if (format === undefined) throw usage('The file ends in none of .csv, .ndjson.');
  return format;
};

/** Writes the rows with problems to a file. */
export const saveErrors = (
  { client }: Run,
  id: string,
  file: string,
  options: SavingOptions,
): Promise<Saved> => {
  const path = batchPath(id, `/errors.${errorsFormat(file)}`);
  return saving(file, options, (take) => client.save(path, take));
};
