import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { COLUMNS, type Column, rowOf } from './columns.ts';
import type { FileWriter } from './file-writer.ts';

/** Rows that are held until they are written as one group: about 5 MB, and few enough groups for a small footer. */
const GROUP_ROWS = 10_000;

const REQUIRED: ReadonlySet<Column> = new Set(['id', 'time', 'kind', 'certificates', 'content']);

/**
 * A group stores no minimum and maximum of these columns: no reader would skip a group by them, and the writer keeps
 * those of every group until the end.
 */
const WITHOUT_STATISTICS: ReadonlySet<Column> = new Set([
  'certificates',
  'requestDigest',
  'responseDigest',
  'shared',
  'content',
]);

const typeOf = (column: Column): 'TIMESTAMP' | 'INT64' | 'STRING' =>
  column === 'time' ? 'TIMESTAMP' : column === 'count' || column === 'leaf' ? 'INT64' : 'STRING';

type Cell = string | bigint | Date | undefined;

const cellOf = (name: Column, value: string | number | null): Cell => {
  if (value === null) return undefined;
  if (typeof value === 'number') return BigInt(value);
  return name === 'time' ? new Date(value) : value;
};

const noCells = (): Cell[][] => COLUMNS.map(() => []);

const columnsOf = (cells: readonly Cell[][]): ColumnSource[] =>
  COLUMNS.map((name, n) => ({
    name,
    data: cells[n] as Cell[],
    type: typeOf(name),
    nullable: !REQUIRED.has(name),
    offsetIndex: false,
    statistics: !WITHOUT_STATISTICS.has(name),
  }));

/** `time` is a timestamp in UTC, `count` and `leaf` are whole numbers, the rest is text. */
export const parquetFile = (): FileWriter => {
  const writer = new ByteWriter(1 << 20);
  let cells = noCells();
  let rows = 0;

  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: columnsOf(cells) }),
    createdBy: 'akashi',
  });

  const writeGroup = (): void => {
    if (rows === 0) return;
    file.write({ columnData: columnsOf(cells), rowGroupSize: GROUP_ROWS });
    cells = noCells();
    rows = 0;
  };

  /** The bytes written since the last call. The writer's offsets count on. */
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };

  return {
    add: (records) => {
      for (const record of records) {
        const row = rowOf(record);
        for (const [n, name] of COLUMNS.entries()) cells[n]?.push(cellOf(name, row[name]));
        if (++rows === GROUP_ROWS) writeGroup();
      }
      return take();
    },
    end: () => {
      writeGroup();
      file.finish();
      return take();
    },
  };
};
