import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRecord, ProvisionDraft } from '../../lib/ledger/ledger.ts';
import { type LedgerWorld, openLedgerWorld } from './sample.ts';

/** An answer about certificates of several tenants is stored as a record for each tenant. */

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld('2026-11-22T00:00:00Z');
});
afterAll(() => world.close());

const answer = (
  serials: readonly string[],
  { provided = {}, ...more }: Partial<ProvisionDraft> = {},
): ProvisionDraft => ({
  kind: 'provision',
  recipient: 'tax-office',
  channel: 'ocsp',
  method: 'POST',
  certificates: serials.map((serial) => ({ ca: 'signature-1', serial })),
  provided: { answers: serials.map((serial) => `of ${serial}`), thisUpdate: 'now', ...provided },
  responseDigest: '00'.repeat(32),
  count: serials.length,
  ...more,
});

/** What each record says, beside what all of them say alike. */
const told = (records: readonly LedgerRecord[]) =>
  records.map((record) => {
    if (record.kind !== 'provision') throw new Error('Only answers are expected here.');
    expect(record).toMatchObject({ recipient: 'tax-office', responseDigest: '00'.repeat(32) });
    expect(record.provided.thisUpdate).toBe('now');
    expect(record).not.toHaveProperty('tenants');
    const { tenant, certificates, requests, provided, count } = record;
    const { thisUpdate: _, ...own } = provided;
    return {
      tenant,
      serials: certificates.map(({ serial }) => serial),
      ...(requests && { requests }),
      ...own,
      count,
    };
  });

describe('an answer about certificates of several tenants', () => {
  it('is a record for each tenant, with the answers about its own certificates', async () => {
    const draft = answer(['01', '02', '03', '04'], {
      tenants: ['tokiwa', 'minase', undefined, 'tokiwa'],
      provided: { reasons: [null, 'superseded', null, null] },
    });
    expect(told(await world.ledger.append(draft))).toEqual([
      { tenant: 'tokiwa', serials: ['01', '04'], answers: ['of 01', 'of 04'], count: 2 },
      { tenant: 'minase', serials: ['02'], answers: ['of 02'], reasons: ['superseded'], count: 1 },
      { tenant: undefined, serials: ['03'], answers: ['of 03'], count: 1 },
    ]);
  });

  it('says the rest of the answer to the tenant that the draft names', async () => {
    const rest = {
      tenant: 'tokiwa',
      requests: ['r1'],
      provided: { impossible: 1, unregistered: { ca: 'signature-1', answer: 'unknown', serials: ['0a'] } },
      count: 4,
    };
    const own = { requests: ['r1'], impossible: 1, unregistered: rest.provided.unregistered };
    const draft = answer(['01', '02'], { ...rest, tenants: ['minase', 'tokiwa'] });
    expect(told(await world.ledger.append(draft))).toEqual([
      { tenant: 'minase', serials: ['01'], answers: ['of 01'], count: 1 },
      { tenant: 'tokiwa', serials: ['02'], answers: ['of 02'], ...own, count: 3 },
    ]);
    const without = answer(['01'], { ...rest, count: 3, tenants: ['minase'] });
    expect(told(await world.ledger.append(without))).toEqual([
      { tenant: 'minase', serials: ['01'], answers: ['of 01'], count: 1 },
      { tenant: 'tokiwa', serials: [], answers: [], ...own, count: 2 },
    ]);
  });

  it('is one record where all certificates are of one tenant, or where there is none', async () => {
    const one = answer(['01', '02'], { tenants: ['minase', 'minase'], tenant: 'tokiwa' });
    expect(told(await world.ledger.append(one))).toMatchObject([{ tenant: 'minase', count: 2 }]);
    const none = answer([], { tenants: [], tenant: 'tokiwa' });
    expect(told(await world.ledger.append(none))).toMatchObject([{ tenant: 'tokiwa', count: 0 }]);
  });

  it('is prepared as several records as well', async () => {
    const draft = answer(['01', '02'], { tenants: ['tokiwa', 'minase'] });
    const { record, writes } = await world.ledger.prepare(draft);
    await world.table.write(writes);
    const { records } = await world.ledger.query({ recipient: 'tax-office', limit: 2 });
    expect(records.map(({ tenant }) => tenant)).toEqual(['minase', 'tokiwa']);
    expect(records[1]?.id).toBe(record.id);
  });

  it('repeats a signed request with all of its records', async () => {
    const draft = answer(['01', '02'], { tenants: ['tokiwa', 'minase'] });
    const signed = { digest: 'ab'.repeat(32), until: world.now + 86_400_000 };
    const first = await world.ledger.appendSigned(draft, signed);
    const again = await world.ledger.appendSigned(draft, signed);
    expect(first).toMatchObject([{ tenant: 'tokiwa' }, { tenant: 'minase' }]);
    expect(again).toMatchObject([
      { tenant: 'tokiwa', repeats: first[0]?.id },
      { tenant: 'minase', repeats: first[0]?.id },
    ]);
  });
});

describe('answers to the public', () => {
  it('share a record within one tenant only', async () => {
    const asked = (serial: string, tenant: string | undefined) =>
      answer([serial], {
        recipient: 'public',
        tenants: [tenant],
        responseDigest: serial.repeat(32),
        provided: { answers: ['good'] },
      });
    const appended = await Promise.all(
      [asked('01', 'tokiwa'), asked('01', 'tokiwa'), asked('01', 'minase'), asked('01', undefined)].map(
        (draft) => world.ledger.append(draft),
      ),
    );
    const records = [...new Map(appended.flat().map((record) => [record.id, record])).values()];
    expect(records.map(({ tenant, ...record }) => [tenant, 'shared' in record])).toEqual([
      ['tokiwa', true],
      ['minase', false],
      [undefined, false],
    ]);
  });
});
