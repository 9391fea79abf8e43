import { textIn } from '../members.ts';
import { readRecordedAct } from '../recorded-act.ts';
import { everyItem } from '../store/store.ts';
import type { Acts, DoneAct } from './acts.ts';
import type { BatchesDeps } from './deps.ts';
import { batchKey, numberOf, type OpenedRow, openedPrefix } from './rows.ts';

/** So many acts are read at once. */
const SIDE_BY_SIDE = 64;

/** The rows that an examiner opened. A row of the table says so, and the act proves it. */
export interface OpenedRows {
  isOpened(row: number): Promise<boolean>;
  all(): Promise<ReadonlySet<number>>;
}

/** Those of a sample, which its examiner opened. */
export const openOpenedRows =
  ({ table, recorder }: Pick<BatchesDeps, 'table' | 'recorder'>, acts: Pick<Acts, 'sample'>) =>
  async (id: string, { number, by, record: sample, said }: DoneAct): Promise<OpenedRows> => {
    const requests = new Map(said.act === 'sampled' ? await acts.sample(id, said.list) : []);
    const records = new Map<number, string | undefined>();
    const range = { pk: batchKey(id).pk, prefix: openedPrefix(number) };
    for await (const item of everyItem<OpenedRow>(table, range))
      records.set(numberOf(item), textIn(item.value.record));

    const isOpened = async (row: number): Promise<boolean> => {
      const request = requests.get(row);
      if (request === undefined) return false;
      const details = { act: 'opened', batch: id, sample, row, request };
      const expected = { kind: 'batch', actor: by, details } as const;
      return (await readRecordedAct(recorder, records.get(row), expected)) !== undefined;
    };

    return {
      isOpened,
      all: async () => {
        const found = new Set<number>();
        const rest = records.keys();
        const worker = async (): Promise<void> => {
          for (const row of rest) if (await isOpened(row)) found.add(row);
        };
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
        return found;
      },
    };
  };
