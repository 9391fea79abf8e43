import { usage } from './failure.ts';
import type { Run } from './perform.ts';
import { saving } from './save.ts';
import { savedText } from './saved-text.ts';

const FORMATS = /\.(csv|xlsx)$/;

/** Writes a whole list to a file; its name chooses the format. `path` is that of the exports of the list, without the format. */
export const saveList = async (
  run: Run,
  path: string,
  file: string,
  options: Parameters<typeof saving>[1],
  query: Readonly<Record<string, string | undefined>>,
): Promise<void> => {
  const format = FORMATS.exec(file)?.[1];
  if (format === undefined) throw usage('The file ends in none of .csv, .xlsx.');
  const saved = await saving(file, options, (take) => run.client.save(`${path}.${format}`, take, query));
  run.show(saved, savedText(run.say, saved));
};
