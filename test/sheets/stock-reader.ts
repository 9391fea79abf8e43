import { spawnSync } from 'node:child_process';

/** Python's csv and Debian's openpyxl read the files back. Without them these tests are skipped. */
const PYTHON = '/usr/bin/python3';

const isThere = spawnSync(PYTHON, ['-c', 'import openpyxl']).status === 0;
if (!isThere) console.log('python3-openpyxl is not installed: the files for spreadsheets are not read back.');
export const NO_READER = !isThere;

const judge = (program: string, file: Uint8Array): unknown => {
  const { stdout, stderr, status } = spawnSync(PYTHON, ['-c', program], { input: file, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(String(stderr));
  return JSON.parse(String(stdout));
};

export const csvRows = (file: Uint8Array): unknown =>
  judge(
    `import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', newline='')
print(json.dumps(list(csv.reader(text, strict=True))))`,
    file,
  );

/** Its sheets by name: rows of cells, each with its value, its type (\`s\` is text) and its format. */
export const xlsxCells = (
  file: Uint8Array,
): Readonly<Record<string, readonly (readonly [string | null, string, string][])[]>> =>
  judge(
    `import io, json, sys, openpyxl
book = openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps({sheet.title: [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet.iter_rows()] for sheet in book}))`,
    file,
  ) as ReturnType<typeof xlsxCells>;

/** How many rows the sheet has, and its last row. They are read one by one. */
export const xlsxEnd = (file: Uint8Array): unknown =>
  judge(
    `import io, json, sys, openpyxl
count, last = 0, None
for row in openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True).worksheets[0].iter_rows(values_only=True):
    count, last = count + 1, row
print(json.dumps([count, last]))`,
    file,
  );
