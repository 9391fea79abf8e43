import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { LedgerRecord } from '../record.ts';
import { COLUMNS, type Column, rowOf } from './columns.ts';
import type { FileWriter } from './formats.ts';

/** Rows that are held until they are written as one group: some 20 MB, and a footer that stays small. */
const GROUP_ROWS = 20_000;

const REQUIRED: ReadonlySet<Column> = new Set(['id', 'time', 'kind', 'certificates', 'content']);

const typeOf = (column: Column): 'TIMESTAMP' | 'INT64' | 'STRING' =>
  column === 'time' ? 'TIMESTAMP' : column === 'count' || column === 'leaf' ? 'INT64' : 'STRING';

type Data = (string | bigint | Date | undefined)[];

/** `time` is a timestamp in UTC, `count` and `leaf` are whole numbers, the rest is text. */
export const parquetFile = (): FileWriter => {
  const writer = new ByteWriter(1 << 20);
  let rows: LedgerRecord[] = [];

  const columns = (records: readonly LedgerRecord[]): ColumnSource[] => {
    const table = records.map(rowOf);
    return COLUMNS.map((name) => {
      const data: Data = table.map((row) => {
        const value = row[name];
        if (value === null) return undefined;
        if (typeof value === 'number') return BigInt(value);
        return name === 'time' ? new Date(value) : value;
      });
      return { name, data, type: typeOf(name), nullable: !REQUIRED.has(name), offsetIndex: false };
    });
  };

  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: columns([]) }),
    createdBy: 'akashi',
  });

  const writeGroup = (): void => {
    if (rows.length === 0) return;
    file.write({ columnData: columns(rows), rowGroupSize: GROUP_ROWS });
    rows = [];
  };

  /** What has been written since the last time; the writer counts on from there. */
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };

  return {
    add: (records) => {
      rows.push(...records);
      if (rows.length >= GROUP_ROWS) writeGroup();
      return take();
    },
    end: () => {
      writeGroup();
      file.finish();
      return take();
    },
  };
};
