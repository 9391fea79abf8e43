import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConfirmationCheck } from '../../lib/audit/confirmations.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { decodeCertificateList } from '../../lib/pki/pki.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Item, Value } from '../../lib/store/store.ts';
import {
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { allRecords, checkWorld, ocspStatus } from '../world.ts';

/** Somebody has closed a certificate in the table, and no act has. Two operators correct that, never one. */

const CA = 'organisation-1';
const DAY = 86_400_000;
let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let ref: CertificateRef;
let sakai: Principal;
let noda: Principal;
/** Fails the writes of rows while it is set; acts are objects. */
let isDown = false;
beforeEach(async () => {
  folder = temporaryFolder();
  isDown = false;
  service = await openService(join(folder.path, 'service'), {
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      close: () => table.close(),
      write: async (writes) => {
        if (isDown) throw new Error('the process is gone');
        return table.write(writes);
      },
    }),
  });
  ref = (await issueThroughOffice(service, 'organisation-server', opensslRequest(folder.path, 'one')))
    .certificate;
  sakai = service.principal('operator-sakai');
  noda = service.principal('operator-noda');
});
afterEach(async () => {
  await service.close();
  folder.remove();
});

const statusKey = (of = ref) => ({ pk: `status/${CA}/${of.serial.slice(-1)}`, sk: of.serial });
const listedKey = (of = ref) => ({ pk: `revoked/${CA}`, sk: of.serial });

const forge = async (reason = 'keyCompromise'): Promise<void> => {
  const { request, notAfter } = ((await service.table.get(statusKey())) as Item).value;
  const entry = { revocationTime: Math.floor(service.now() / 1000), reason, notAfter };
  await putRow(service.table, statusKey(), { state: 'revoked', request, ...entry } as Value);
  await putRow(service.table, listedKey(), entry as Value);
};

const correct = (actor: Principal, of = ref) => service.app.authority.correctStatus(actor, of);
const status = async () => (await ocspStatus(service, ref)).status;
const isListed = async (): Promise<boolean> => {
  const { der } = await service.app.status.publish(CA, 'operator-noda');
  return decodeCertificateList(der).revokedCertificates.length > 0;
};

/** The acts of a correction, as the audit sees them. */
const confirmations = async () =>
  (await allRecords(service)).filter(({ kind }) => kind === 'confirmation').toReversed();

type Confirmation = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

const audited = async (
  changed: (record: Confirmation) => object = () => ({}),
): Promise<readonly string[]> => {
  const found: string[] = [];
  const check = openConfirmationCheck({ report: (damage) => found.push(damage) });
  for (const record of await allRecords(service)) {
    const more = record.kind === 'confirmation' ? changed(record as Confirmation) : {};
    check.observe({ ...record, ...more } as LedgerRecord, false);
  }
  check.conclude();
  return found;
};

describe('a certificate that is closed without an act', () => {
  it('is corrected by two operators, with the acts of both', async () => {
    await forge();
    expect(await status()).toBe('revoked');
    expect(await isListed()).toBe(false);
    const { awaiting, first } = await correct(sakai);
    expect([awaiting?.askedBy, first]).toEqual(['operator-sakai', true]);
    expect(await status()).toBe('revoked');
    expect(await correct(noda)).toEqual({ corrected: true, first: true });
    expect(await status()).toBe('good');
    expect(await service.table.get(listedKey())).toBeUndefined();
    const [asked, corrected] = await confirmations();
    expect(asked).toMatchObject({ actor: 'operator-sakai', details: { act: 'correction-asked' } });
    expect(corrected).toMatchObject({
      actor: 'operator-noda',
      details: { act: 'corrected', confirms: asked?.id, askedBy: 'operator-sakai', person: noda.person },
    });
    expect(await audited()).toEqual([]);
    const changes: Record<string, (record: Confirmation) => object> = {
      'by one person': ({ details }) => ({ details: { ...details, person: sakai.person } }),
      'under one id': () => ({ actor: 'operator-sakai' }),
      'of another certificate': ({ details }) =>
        details.act === 'corrected' ? { certificates: [{ ca: CA, serial: '01' }] } : {},
      'of other rows': ({ details }) =>
        details.act === 'corrected' ? { details: { ...details, rows: [] } } : {},
      'too late': ({ details }) => (details.act === 'corrected' ? { time: '2099-01-01T00:00:00.000Z' } : {}),
      'of nothing that was asked for': ({ details }) => ({ details: { ...details, confirms: 'none' } }),
    };
    for (const [how, change] of Object.entries(changes)) {
      expect(await audited(change), how).toEqual(['correction-not-confirmed']);
    }
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
    await expect(correct(sakai)).rejects.toMatchObject({ code: 'nothing-to-correct' });
  });

  it('is not corrected by one alone, under whatever id, nor by an officer', async () => {
    await forge();
    const { awaiting } = await correct(sakai);
    expect(await correct(sakai)).toEqual({ awaiting, first: false });
    expect(await correct({ ...sakai, id: 'operator-sakai-2' })).toEqual({ awaiting, first: false });
    await expect(correct(service.principal('higashi-chief'))).rejects.toMatchObject({
      code: 'unknown-certificate',
    });
    expect(await status()).toBe('revoked');
    expect(await confirmations()).toHaveLength(1);
  });

  it('is not corrected after the asking has lapsed', async () => {
    await forge();
    await correct(sakai);
    service.advance(8 * DAY);
    expect(await correct(noda)).toMatchObject({ awaiting: { askedBy: 'operator-noda' }, first: true });
    expect(await status()).toBe('revoked');
  });

  it('stays corrected where the same row is put back, and not where another is', async () => {
    await forge();
    const rows = await Promise.all([statusKey(), listedKey()].map((key) => service.table.get(key)));
    await correct(sakai);
    await correct(noda);
    for (const { pk, sk, value } of rows as Item[]) await putRow(service.table, { pk, sk }, value);
    expect(await isListed()).toBe(false);
    expect(await status()).toBe('good');
    service.advance(1000);
    await forge('superseded');
    expect(await isListed()).toBe(false);
    expect(await status()).toBe('revoked');
    // The use of the first asking is no asking.
    expect(await correct(noda)).toMatchObject({ awaiting: { askedBy: 'operator-noda' } });
    expect(await status()).toBe('revoked');
  });

  it('is not corrected as another row than the one that was asked about', async () => {
    await forge();
    await correct(sakai);
    service.advance(1000);
    await forge('superseded');
    expect(await correct(noda)).toMatchObject({ awaiting: { askedBy: 'operator-noda' } });
    expect(await status()).toBe('revoked');
    expect(await correct(sakai)).toEqual({ corrected: true, first: true });
  });

  it.each([
    ['only for the next CRL', statusKey],
    ['only in the register', listedKey],
  ])('%s is corrected too', async (_, other) => {
    const before = (await service.table.get(statusKey())) as Item;
    await forge();
    if (other().pk === statusKey().pk) await putRow(service.table, statusKey(), before.value);
    else await deleteRow(service.table, listedKey());
    await correct(sakai);
    expect(await correct(noda)).toEqual({ corrected: true, first: true });
    expect(await status()).toBe('good');
    expect(await service.table.get(listedKey())).toBeUndefined();
  });

  it('although it was never issued, leaves the rows of the next CRL and becomes no good one', async () => {
    const forged = { ca: CA, serial: '01abcd' };
    await putRow(service.table, listedKey(forged), {
      revocationTime: Math.floor(service.now() / 1000),
      reason: 'superseded',
      notAfter: Math.floor((service.now() + DAY) / 1000),
    });
    await correct(sakai, forged);
    expect(await correct(noda, forged)).toEqual({ corrected: true, first: true });
    expect(await service.table.get(listedKey(forged))).toBeUndefined();
    expect(await service.table.get(statusKey(forged))).toBeUndefined();
    await expect(correct(noda, forged)).rejects.toMatchObject({ code: 'unknown-certificate' });
  });

  it('has its rows corrected by whoever comes next, if the process dies after the act', async () => {
    await forge();
    await correct(sakai);
    isDown = true;
    await expect(correct(noda)).rejects.toThrow('gone');
    isDown = false;
    expect(await status()).toBe('revoked');
    await expect(correct(sakai)).rejects.toMatchObject({ code: 'nothing-to-correct' });
    expect(await status()).toBe('good');
    expect(await isListed()).toBe(false);
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
  });
});

describe('a certificate that an act has closed', () => {
  it('has nothing to correct, and keeps its revocation whatever the rows said', async () => {
    await expect(correct(sakai)).rejects.toMatchObject({ code: 'nothing-to-correct' });
    await forge();
    await correct(sakai);
    await service.app.authority.revoke(noda, ref, { reason: 'superseded' });
    await forge('keyCompromise');
    await expect(correct(noda)).rejects.toMatchObject({ code: 'nothing-to-correct' });
    expect(await status()).toBe('revoked');
    expect((await service.table.get(listedKey()))?.value.reason).toBe('superseded');
  });
});
