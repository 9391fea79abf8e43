import { expect } from 'vitest';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { itemKey } from '../../lib/personal/rows.ts';
import type { Service } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import { bytesOf, csvFile, newRows, openWork, partsOf, rowsOf, termsOf, work } from './files.ts';

/** Lives of files of five rows, led by clients who ask again where they get no answer. */

export const ROWS = 5;

export interface Life {
  readonly file: Buffer;
  /** From the moment when the file was sent. */
  id: string;
}

export const newLife = async (): Promise<Life> => ({ file: csvFile(await newRows(ROWS)), id: '' });

export interface Client {
  /** Asks until there is an answer, whatever becomes of the service meanwhile. */
  insist<T>(act: (service: Service) => Promise<T>): Promise<T>;
}

type Phase = (client: Client, life: Life) => Promise<void>;

const counterOf = (service: Service) => service.principal('higashi-counter');

const examined =
  (by: string): Phase =>
  async ({ insist }, { id }) => {
    const { sample } = await insist((at) => at.app.batches.drawSample(at.principal(by), id));
    for (const row of sample?.sample ?? [])
      await insist((at) => at.app.batches.openRow(at.principal(by), id, row));
    const what = { sample: sample?.number ?? 0, decision: 'approve' } as const;
    await insist((at) => at.app.batches.examine(at.principal(by), id, what));
    await insist(work);
    await insist((at) => at.core.authority.recover());
    await insist((at) => at.app.registration.recover());
  };

export const PHASES = {
  sent: async ({ insist }, life) => {
    const size = Math.ceil(life.file.length / 2);
    const terms = termsOf(life.file, {}, size);
    const { batch } = await insist((at) => at.app.batches.create(counterOf(at), terms));
    for (const [n, part] of partsOf(life.file, size).entries())
      await insist((at) => at.app.batches.putPart(counterOf(at), batch.id, n + 1, part));
    await insist(work);
    life.id = batch.id;
  },
  checked: async ({ insist }, { id }) => {
    await insist((at) => at.app.batches.check(counterOf(at), id));
    await insist(work);
  },
  submitted: async ({ insist }, { id, file }) => {
    await insist((at) => at.app.batches.submit(counterOf(at), id, termsOf(file).digest));
    await insist(work);
  },
  office: examined('higashi-examiner'),
  centre: examined('operator-noda'),
  collected: async ({ insist }, { id }) => {
    const { number, certificates } = await insist((at) => at.app.batches.collect(counterOf(at), id));
    expect(certificates).toBe(ROWS);
    const archive = await insist(async (at) =>
      bytesOf(await at.app.batches.collection(counterOf(at), id, number, 'GET', 'ja')),
    );
    expect(archive.length).toBeGreaterThan(ROWS * 1_000);
  },
  cancelled: async ({ insist }, { id }) => {
    await insist((at) => at.app.batches.cancel(counterOf(at), id, '様式が古い'));
    await insist(work);
  },
} as const satisfies Record<string, Phase>;

export type PhaseName = keyof typeof PHASES;
export const ISSUED: readonly PhaseName[] = ['sent', 'checked', 'submitted', 'office', 'centre', 'collected'];
export const CANCELLED: readonly PhaseName[] = ['sent', 'submitted', 'cancelled'];

const OVER = { rows: ROWS, done: ROWS, refused: 0, setAside: 0, isOver: true };

/** What the batch and its rows say after the phase. */
const AFTER = {
  sent: [{ state: 'received', rows: ROWS, unreadable: 0 }, 'waiting'],
  checked: [{ state: 'received', check: OVER }, 'waiting'],
  submitted: [{ state: 'submitted', submission: OVER }, 'submitted'],
  office: [{ examinations: [OVER] }, 'examined'],
  centre: [{ examinations: [OVER, OVER] }, 'issued'],
  collected: [{ collections: [{ number: 1, certificates: ROWS }] }, 'issued'],
  cancelled: [{ state: 'cancelled', cancellation: OVER }, 'withdrawn'],
} as const satisfies Record<PhaseName, readonly [object, string]>;

export const checkPhase = async (service: Service, { id, file }: Life, phase: PhaseName): Promise<void> => {
  const [view, state] = AFTER[phase];
  expect(await service.app.batches.get(counterOf(service), id)).toMatchObject(view);
  const rows = await rowsOf(service, id);
  expect(rows.map((row) => row.state)).toEqual(Array(ROWS).fill(state));
  expect(rows.flatMap(({ problems = [] }) => problems)).toEqual([]);
  expect(await openWork(service)).toEqual([]);
  if (phase !== 'sent') return;
  for (const n of [1, 2])
    expect(await service.personal.get(itemKey(`batch/${id}/part/${n}`))).toBeUndefined();
  expect((await service.app.batches.create(counterOf(service), termsOf(file))).batch.id).toBe(id);
};

/** One request and one certificate for a row, one act for what a person did, and nothing that an audit finds. */
export const checkLives = async (service: Service, lives: readonly Life[]): Promise<void> => {
  await service.core.personalData.recover();
  const records = await allRecords(service);
  const requests: string[] = [];
  for (const { id } of lives) {
    const of = (await rowsOf(service, id)).flatMap(({ request }) => request ?? []);
    expect(new Set(of).size).toBe(ROWS);
    requests.push(...of);
    const { examinations = [] } = await service.app.batches.get(counterOf(service), id);
    // All rows are in the sample of an examiner.
    const approved = { sent: 1, sampled: 2, opened: 2 * ROWS, examined: 2 };
    expect(actsOn(records, id)).toEqual(examinations.length > 0 ? approved : { sent: 1, cancelled: 1 });
  }
  const submitted = records.flatMap((record) =>
    record.kind === 'submission' && record.details.act === 'submitted' ? [record.details.request] : [],
  );
  expect(submitted.sort()).toEqual(requests.toSorted());
  for (const request of requests)
    expect((await service.app.registration.get(counterOf(service), request)).fields).toBeDefined();
  await checkWorld(service, { requests, signed: [], answers: [], revoked: [] });
};

/** How many acts of each kind are recorded. */
const actsOn = (records: readonly LedgerRecord[], id: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const record of records) {
    if (record.kind !== 'batch' || record.details.batch !== id) continue;
    const act = String(record.details.act);
    counts[act] = (counts[act] ?? 0) + 1;
  }
  return counts;
};
