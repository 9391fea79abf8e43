import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReporting } from '../../lib/ledger/reporting.ts';
import type { Table } from '../../lib/store/store.ts';
import { type LedgerWorld, openLedgerWorld } from './sample.ts';

let world: LedgerWorld;
beforeEach(async () => {
  world = await openLedgerWorld('2026-11-10T00:00:00Z');
});
afterEach(() => world.close());

const readOnly = (table: Table): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  write: () => Promise.reject(new Error('statistics write nothing')),
  close: () => table.close(),
});

it('statistics are public, come from settled records, and write nothing', async () => {
  const certificates = [{ ca: 'organisation-1', serial: '0a' }];
  for (let i = 0; i < 10; i++) {
    await world.ledger.append({
      kind: 'provision',
      recipient: 'public',
      channel: 'ocsp',
      method: 'GET',
      certificates,
      provided: {},
      responseDigest: '00'.repeat(32),
      count: 5,
    });
  }
  const table = readOnly(world.table);
  const reporting = openReporting({
    table,
    bucket: {} as never,
    ledger: world.over(table),
    clock: () => Date.parse('2026-12-02T00:00:00Z'),
    sources: { trustDomain: { name: 'x', ja: 'x', en: 'x' }, known: async () => undefined },
    tenants: [],
    keepReports: (madeAt) => madeAt,
  });
  const told = () => reporting.statistics('2026-11', '2026-11');
  expect(await told()).toMatchObject([{ month: '2026-11', provision: [] }]);
  // As the sequencer does every few seconds.
  await world.ledger.query({ limit: 1 });
  expect(await told()).toMatchObject([{ month: '2026-11', provision: [{ channel: 'ocsp', count: 50 }] }]);
  await expect(reporting.statistics('2026-12', '2026-12')).rejects.toMatchObject({ code: 'invalid-input' });
});
