import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { temporaryFolder } from '../service.ts';
import { putRow } from '../store/row-attacks.ts';
import { type Browser, type ServedPages, servePages } from './served-pages.ts';

/** The page of CAs: how their CRLs and responders stand, in words, and what it leaves in the ledger. */

const PAGE = '/console/authorities';
const CA = 'organisation-1';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ENGLISH = { 'accept-language': 'en' };
const JAPANESE = { 'accept-language': 'ja' };

const folder = temporaryFolder();
let service: ServedPages;
let noda: Browser;

beforeAll(async () => {
  service = await servePages(folder.path);
  noda = await service.browser('operator-noda');
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const stateOf = (ca = CA) => service.app.status.authorityState(service.principal('operator-noda'), ca);

const recordsOf = async (recipient: string, channel: 'status' | 'ocsp' | 'crl') =>
  (await service.app.ledger.query({ recipient, kind: 'provision', limit: 1000 })).records.filter(
    (record): record is Extract<LedgerRecord, { kind: 'provision' }> =>
      record.kind === 'provision' && record.channel === channel,
  );

/** The section of one CA. */
const partOf = (text: string, ca = CA): string =>
  text.split('<section>').find((part) => part.includes(`<span class="id">${ca}</span></h2>`)) ?? '';

/** The cells of the row in which this text stands. */
const rowOf = (text: string, cell: string): readonly string[] => {
  const row = text.split('<tr>').find((one) => one.includes(`<td>${cell}</td>`)) ?? '';
  return [...row.matchAll(/<td>(.*?)<\/td>/gs)].map(([, content]) => content ?? '');
};

const shown = async (browser = noda, headers = ENGLISH): Promise<string> => {
  const { status, text } = await browser.get(PAGE, headers);
  expect(status, text).toBe(200);
  return text;
};

describe('the page of CAs', () => {
  it('shows every responder with its certificate, its age and when the next one comes', async () => {
    const text = partOf(await shown());
    const { responders, crls } = await stateOf();
    expect(responders).toHaveLength(2);
    for (const { algorithm, serial, notAfter, due } of responders) {
      const [, state, certified, next, until, number] = rowOf(text, algorithm);
      expect(state).toBe('<span class="state">Current</span>');
      expect(certified).toMatch(/<time datetime="[^"]+">.*<br>\d+ (min|h|days) ago/);
      expect([next, until]).toEqual([
        expect.stringContaining(`datetime="${due}"`),
        expect.stringContaining(`datetime="${notAfter}"`),
      ]);
      expect(number).toContain(`href="/console/certificates/${CA}/${serial}"`);
      expect((await noda.get(`/console/certificates/${CA}/${serial}`)).status).toBe(200);
    }
    const [, state, , next, until, number] = rowOf(text, 'Certificates that the CA issued');
    expect(state).toContain('Current');
    expect(next).toContain(`datetime="${crls[0]?.due}"`);
    expect(until).toContain(`datetime="${crls[0]?.nextUpdate}"`);
    expect(number).toBe(`${crls[0]?.number}<br>entries: 0`);
  });

  it('leaves one record of each CA that it shows, and no answer of OCSP or CRL', async () => {
    const before = (await recordsOf('operator-noda', 'status')).length;
    await shown();
    const told = await recordsOf('operator-noda', 'status');
    expect(told).toHaveLength(before + 4);
    expect(new Set(told.slice(0, 4).map(({ provided }) => provided.authority))).toEqual(
      new Set(['organisation-1', 'signature-1', 'authentication-1', 'operations-1']),
    );
    expect(told[0]).toMatchObject({ door: 'session' });
    for (const channel of ['ocsp', 'crl'] as const)
      expect(await recordsOf('operator-noda', channel)).toEqual([]);
    while ((await service.core.sequencer.sequence()).leaves > 0);
    const auditor = await service.browser('auditor');
    const list = await auditor.get('/console/provisions?recipient=operator-noda', ENGLISH);
    expect(list.text).toContain(`State of the CA ${CA}`);
    expect((await auditor.get(`/console/records/${told[0]?.id}`, JAPANESE)).text).toContain(
      '認証局の OCSP レスポンダー',
    );
  });

  it('shows an operator of a tenant the CAs that serve all, without what only the service may do', async () => {
    const kuroda = await service.browser('minase-kuroda');
    const text = partOf(await shown(kuroda));
    expect(rowOf(text, 'Certificates that the CA issued')).toHaveLength(6);
    expect(text).not.toContain('<form');
    expect(text).not.toContain(`href="/console/certificates/${CA}`);
    expect((await recordsOf('minase-kuroda', 'status'))[0]).toMatchObject({ tenant: 'minase' });
  });

  it('says in words that a responder is revoked, and that a CRL was not made where it was due', async () => {
    const [responder] = (await stateOf()).responders;
    for (const id of ['operator-sakai', 'operator-noda'])
      await service.app.authority.revoke(
        service.principal(id),
        { ca: CA, serial: responder?.serial ?? '' },
        { reason: 'superseded' },
      );
    const revoked = rowOf(partOf(await shown()), responder?.algorithm ?? '')[1];
    expect(revoked).toContain('<strong class="late">Revoked: it signs no answer any more</strong>');
    expect(revoked).toMatch(/<time datetime="/);
    const japanese = partOf(await shown(noda, JAPANESE));
    expect(japanese).toContain('失効済み：回答に署名しません');
    await service.core.authority.renewResponders();

    const crl = async (after: number) => {
      service.advance(after);
      const operator = await service.browser('operator-noda');
      return rowOf(partOf(await shown(operator)), 'Certificates that the CA issued')[1];
    };
    expect(await crl(DAY)).toBe('<span class="state">Due: the next one is to be published</span>');
    expect(await crl(HOUR)).toBe(
      '<strong class="late">Late: the next one should have been published</strong>',
    );
    expect(await crl(DAY)).toBe('<strong class="late">Out of date: verifiers refuse it</strong>');
  });

  it('says that somebody has written to rows, and that a row cannot be read', async () => {
    const current = { pk: `crls/${CA}/full`, sk: 'current' };
    await putRow(service.table, current, {});
    const browser = await service.browser('operator-noda');
    const row = rowOf(partOf(await shown(browser)), 'Certificates that the CA issued');
    expect(row[1]).toBe('<strong class="late">Damaged: its row cannot be read</strong>');
    expect(row.slice(2, 6)).toEqual(['—', '—', '—', '—']);
    await service.core.status.publishDue();
    const text = await shown(browser);
    expect(partOf(text)).toContain('somebody else than the service has written to its rows or files');
    expect(partOf(text, 'signature-1')).not.toContain('somebody else than the service');
  });
});
