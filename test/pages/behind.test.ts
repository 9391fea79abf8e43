import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdCertificateForm, revokeCertificateForm } from '../../functions/pages/certificates/acts.ts';
import { route as holdCertificate } from '../../functions/routes/certificates/hold-certificate.ts';
import { route as revokeCertificate } from '../../functions/routes/certificates/revoke-certificate.ts';
import type { Key } from '../../lib/store/store.ts';
import { issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { certificateOf, type ServedPages, servePages } from './served-pages.ts';

/** While the table is behind its log, no row decides who sent a form. */

const folder = temporaryFolder();
let service: ServedPages;

beforeAll(async () => {
  service = await servePages(folder.path);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

it('the forms of operations that are done then say so as well', () => {
  expect(revokeCertificateForm.whileBehind).toBe(revokeCertificate.whileBehind);
  expect(holdCertificateForm.whileBehind).toBe(holdCertificate.whileBehind);
});

it('whoever lost the right to a key revokes nothing by rows that were put back', async () => {
  const { app, core, table } = service;
  const sequence = async () => {
    while ((await core.sequencer.sequence()).leaves > 0);
  };
  const csr = opensslRequest(folder.path, 'behind');
  const { certificate: ref } = await issueThroughOffice(service, 'person-signature', csr);
  const browser = await service.browser('higashi-chief');
  await sequence();
  const serial = new X509Certificate(certificateOf(folder.path, 'higashi-chief')).serialNumber.toLowerCase();
  const rows: readonly Key[] = [
    { pk: `status/operations-1/${serial.at(-1)}`, sk: serial },
    { pk: 'log', sk: 'tree' },
  ];
  const kept = await Promise.all(rows.map((key) => table.get(key)));
  expect(kept.every((row) => row !== undefined)).toBe(true);
  await app.authority.revoke(
    service.principal('operator-noda'),
    { ca: 'operations-1', serial },
    {
      reason: 'keyCompromise',
    },
  );
  await app.authority.revoke(
    service.principal('operator-mori'),
    { ca: 'operations-1', serial },
    {
      reason: 'keyCompromise',
    },
  );
  await sequence();
  for (const [at, put] of rows.entries()) {
    const version = (await table.get(put))?.version ?? 0;
    await table.write([{ put, value: kept[at]?.value ?? {}, if: { version } }]);
  }
  service.advance(20_000);
  expect(await app.tableStanding.behind()).toBeDefined();
  for (const act of ['revocation', 'hold']) {
    const form = { reason: 'superseded', confirmed: 'on' };
    const answer = await browser.post(`/console/certificates/${ref.ca}/${ref.serial}/${act}`, form);
    expect(answer.status, act).toBe(200);
    expect(answer.text, act).toContain('You are signed out; nothing was done');
  }
});
