import { hash } from 'node:crypto';
import { goOnWithBatches } from '../../functions/tasks/batches.ts';
import {
  type BatchRowView,
  type FileTerms,
  MAX_PART_BYTES,
  type RowList,
  type Work,
} from '../../lib/batches/batches.ts';
import { Fault } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { csrBy } from '../registration/csr.ts';
import type { Service } from '../service.ts';

/** Files of requests, and how a client sends them. */

export const POSITION = 'official-position';

const HEADER = ['key', 'position', 'positionJa', 'departmentJa', 'csr'] as const;

export interface TestRow {
  readonly key?: string;
  readonly position?: string;
  readonly positionJa?: string;
  readonly departmentJa?: string;
  /** Base64 of the DER, on one line. */
  readonly csr?: string;
}

const base64Of = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');

/** Rows with a new key each. Most of them are of one department. */
export const newRows = async (count: number): Promise<readonly Required<TestRow>[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => ({
      key: `第${n + 1}号`,
      position: `Director ${n + 1}`,
      positionJa: `課長${n + 1}`,
      departmentJa: n % 10 === 9 ? '福祉課' : '税務課',
      csr: base64Of(await csrBy(await generateSoftwareKey('ecdsa-p256-sha256'))),
    })),
  );

export const csvFile = (rows: readonly TestRow[]): Buffer =>
  Buffer.from(
    csvLine([...HEADER]) + rows.map((row) => csvLine(HEADER.map((name) => row[name] ?? ''))).join(''),
  );

export const partsOf = (file: Uint8Array, size = MAX_PART_BYTES): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(file.length / size) }, (_, n) => file.subarray(n * size, (n + 1) * size));

export const termsOf = (
  file: Uint8Array,
  more: Partial<FileTerms> = {},
  size = MAX_PART_BYTES,
): FileTerms => ({
  profile: POSITION,
  format: 'csv',
  bytes: file.length,
  digest: hash('sha256', file),
  parts: partsOf(file, size).map((part) => hash('sha256', part)),
  ...more,
});

/** Sends a file and has it read. Resolves with the batch's id. */
export const send = async (
  service: Service,
  file: Uint8Array,
  { who = 'higashi-counter', more = {} }: { readonly who?: string; readonly more?: Partial<FileTerms> } = {},
): Promise<string> => {
  const { batches } = service.app;
  const actor = service.principal(who);
  const { batch } = await batches.create(actor, termsOf(file, more));
  for (const [index, part] of partsOf(file).entries())
    await batches.putPart(actor, batch.id, index + 1, part);
  await work(service);
  return batch.id;
};

/** Sends a file and has it submitted. Resolves with the batch's id. */
export const submit = async (
  service: Service,
  file: Uint8Array,
  how: Parameters<typeof send>[2] = {},
): Promise<string> => {
  const id = await send(service, file, how);
  await service.app.batches.submit(service.principal(how.who ?? 'higashi-counter'), id, termsOf(file).digest);
  await work(service);
  return id;
};

/** The file of any columns: the names of the first row's values. */
export const tableOf = (rows: readonly Readonly<Record<string, string>>[]): Buffer =>
  Buffer.from(
    [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
      .map((cells) => csvLine(cells))
      .join(''),
  );

/** All rows of a list. */
export const rowsOf = async (
  service: Service,
  id: string,
  { who = 'higashi-counter', list = 'all' }: { readonly who?: string; readonly list?: RowList } = {},
): Promise<readonly BatchRowView[]> => {
  const found: BatchRowView[] = [];
  for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
    const query = { list, limit: 100, ...(cursor !== undefined && { cursor }) };
    const page = await service.app.batches.rows(service.principal(who), id, query);
    found.push(...page.rows);
    cursor = page.cursor;
  }
  return found;
};

/** The rows for people: number, state, and problems as `column: sentence`. */
export const shown = (rows: readonly BatchRowView[]): readonly (readonly unknown[])[] =>
  rows.map(({ number, state, problems = [] }) => [
    number,
    state,
    ...problems.map(({ column, phrase }) => `${column?.en ?? 'row'}: ${phrase}`),
  ]);

export const bytesOf = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

export const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (Fault.is(error)) return error.code;
    throw error;
  }
};

/** The open pieces of work. */
export const openWork = async ({ core }: Service): Promise<readonly Work[]> => {
  const found: Work[] = [];
  for await (const one of core.batchWork.open()) found.push(one);
  return found;
};

/** Goes on until nothing is left to do. */
export const work = async (service: Service): Promise<void> => {
  for (;;) {
    await goOnWithBatches(service.core.batchWork);
    if ((await openWork(service)).length === 0) return;
  }
};

/** Draws a sample, opens it, and approves all rows. */
export const approve = async (service: Service, id: string, who: string): Promise<void> => {
  const { batches } = service.app;
  const actor = service.principal(who);
  const { sample } = await batches.drawSample(actor, id);
  for (const row of sample?.sample ?? []) await batches.openRow(actor, id, row);
  await batches.examine(actor, id, { sample: sample?.number ?? 0, decision: 'approve' });
  await work(service);
};
