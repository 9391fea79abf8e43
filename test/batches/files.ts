import { hash } from 'node:crypto';
import { goOnWithBatches } from '../../functions/tasks/batches.ts';
import { type FileTerms, MAX_PART_BYTES } from '../../lib/batches/batches.ts';
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

/** Goes on until nothing is left to do. */
export const work = async ({ core }: Service): Promise<void> => {
  for (;;) {
    await goOnWithBatches(core.batchWork);
    let isOver = true;
    for await (const _ of core.batchWork.open()) isOver = false;
    if (isOver) return;
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
