import { hash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateRef } from '../../lib/principal.ts';
import { issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { type Audited, findings, openAudited } from './audited.ts';
import { publishByRows } from './published-by-rows.ts';

/* What public CAs have to report, on the real service: nobody need have tampered with anything. */

let audited: Audited;
let seal: CertificateRef;
let released: CertificateRef;
let again: CertificateRef;
const HOUR = 3_600_000;
const YEAR = 2025;

beforeAll(async () => {
  audited = await openAudited(
    async (service, folder) => {
      const issue = async (name: string, profile = 'official-position'): Promise<CertificateRef> =>
        (await issueThroughOffice(service, profile, opensslRequest(folder, name))).certificate;
      const { authority } = service.core;
      const operator = service.principal('operator-noda');
      seal = await issue('seal');
      released = await issue('released');
      again = await issue('again');
      await issue('person', 'person-signature');
      for (const ref of [released, again]) {
        await authority.hold(operator, ref);
        await authority.release(operator, ref);
      }
      await authority.revoke(operator, again, { reason: 'superseded' });
      service.advance(20_000);
      await service.core.status.publish(seal.ca, operator.id);
      await service.app.reporting.reports.makeAnnual('auditor', YEAR);
    },
    { ago: 17 * 60_000 },
  );
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const nameOf = ({ ca, serial }: CertificateRef): string => `${ca}/${serial}`;
const statusPk = ({ ca, serial }: CertificateRef): string => `status/${ca}/${serial.slice(-1)}`;

const found = async () => {
  const ended = await audited.verify('--no-queries');
  const all = findings(ended);
  expect(ended.code, ended.err).toBe(all.length === 0 ? 0 : 1);
  return all;
};

const publish = (after = 20_000): Promise<void> =>
  audited.run(async (service) => {
    service.advance(after);
    await service.core.status.publish(seal.ca, 'operator-noda');
  });

const publishRows = (after = 20_000): Promise<void> =>
  audited.run(async (service) => {
    service.advance(after);
    await publishByRows(service, seal.ca);
  });

/** Rows of the service, as they are, for putting them back. */
const rowOf = (pk: string, sk: string): string =>
  String(audited.rows('SELECT value FROM item WHERE pk = ? AND sk = ?', pk, sk)[0]?.value);

describe('akashi audit verify, of a certificate that was released from hold', () => {
  it('finds nothing where the CRLs say what was so', async () => {
    await publish();
    expect(await found()).toEqual([]);
  });

  it('names it where it was revoked again and is off the CRL', async () => {
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', `revoked/${again.ca}`, again.serial);
    await publishRows();
    expect(await found()).toEqual([
      { damage: 'crl-incomplete', facts: { certificate: nameOf(again), ca: again.ca, partition: 'full' } },
    ]);
  });

  it('names it where it is good and on the CRL, also when a later CRL leaves it out', async () => {
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) SELECT pk, ?, 1, value FROM item WHERE pk = ? AND sk = ?',
      released.serial,
      `revoked/${again.ca}`,
      again.serial,
    );
    await publishRows();
    const excess = [
      { damage: 'crl-excess', facts: expect.objectContaining({ certificate: nameOf(released) }) },
    ];
    expect(await found()).toEqual(excess);
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', `revoked/${again.ca}`, released.serial);
    await publishRows();
    expect(await found()).toEqual(excess);
  });

  it('names one that an earlier CRL left out', async () => {
    const row = rowOf(`revoked/${again.ca}`, again.serial);
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', `revoked/${again.ca}`, again.serial);
    await publishRows();
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)',
      `revoked/${again.ca}`,
      again.serial,
      row,
    );
    await publishRows();
    expect(await found()).toEqual([
      { damage: 'crl-incomplete', facts: { certificate: nameOf(again), ca: again.ca, partition: 'full' } },
    ]);
  });
});

describe('akashi audit verify, of an annual report', () => {
  const folder = (): string => join(audited.data, 'objects/reports/annual');
  const file = (): string => String(readdirSync(folder())[0]);
  const altered = (): { readonly bytes: string; readonly digest: string } => {
    const bytes = readFileSync(join(folder(), file()), 'utf8').replace(/"records":\d+/, '"records":31415');
    return { bytes, digest: hash('sha256', bytes) };
  };
  const facts = { fiscalYear: YEAR, version: 1 };

  it('names one whose bytes and row were changed', async () => {
    const { bytes, digest } = altered();
    writeFileSync(join(folder(), file()), bytes);
    renameSync(join(folder(), file()), join(folder(), `${YEAR}-1-${digest.slice(0, 16)}.json`));
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.digest', ?, '$.object', ?) WHERE pk = 'report/annual'",
      digest,
      `reports/annual/${YEAR}-1-${digest.slice(0, 16)}.json`,
    );
    expect(await found()).toEqual([
      { damage: 'report-altered', facts: expect.objectContaining({ ...facts, digest }) },
    ]);
  });

  it.each([
    ['changed', () => writeFileSync(join(folder(), file()), altered().bytes)],
    ['replaced by no report', () => writeFileSync(join(folder(), file()), 'nothing')],
    ['deleted', () => rmSync(join(folder(), file()))],
  ])('names one whose bytes were %s', async (_, change) => {
    change();
    expect(await found()).toEqual([
      { damage: 'report-altered', facts: expect.objectContaining({ ...facts, digest: 'none' }) },
    ]);
  });

  it('names one that is shown no more, unless its time is over', async () => {
    audited.sql("DELETE FROM item WHERE pk = 'report/annual'");
    expect(await found()).toEqual([
      { damage: 'report-missing', facts: { ...facts, record: expect.any(String) } },
    ]);
    expect(findings(await audited.verify('--no-queries', '--kept', 'report=0'))).toEqual([]);
  });

  it('names one that nobody made', async () => {
    audited.sql(
      "INSERT INTO item (pk, sk, version, value) SELECT pk, ?, 1, json_set(value, '$.fiscalYear', 2024, '$.object', replace(json_extract(value, '$.object'), ?, ?)) FROM item WHERE pk = 'report/annual'",
      '2024/0001',
      `${YEAR}-1`,
      '2024-1',
    );
    expect(await found()).toEqual([
      { damage: 'report-without-leaf', facts: expect.objectContaining({ fiscalYear: 2024 }) },
    ]);
  });
});

describe('akashi audit verify, of a revocation', () => {
  const at = (service: Service, ago: number): string =>
    new Date(service.now() - ago).toISOString().replace(/\.\d+/, '');

  it('names one that came later than a day after its report', async () => {
    for (const [ago, damages] of [
      [23 * HOUR, []],
      [25 * HOUR, ['revocation-late']],
    ] as const) {
      audited.restore();
      await audited.run(async (service) => {
        await service.core.authority.revoke(service.principal('operator-noda'), seal, {
          reason: 'superseded',
          reportedAt: at(service, ago),
        });
      });
      expect((await found()).map(({ damage }) => damage)).toEqual(damages);
    }
  });

  it.each([
    ['a time to come', (service: Service) => at(service, -HOUR)],
    ['a time before 1990', () => '1989-12-31T23:59:59Z'],
    ['a day that there is not', () => '2025-02-30T00:00:00Z'],
  ])('has no report of %s', async (_, reportedAt) => {
    await audited.run(async (service) => {
      const before = (await allRecords(service)).length;
      await expect(
        service.core.authority.revoke(service.principal('operator-noda'), seal, {
          reason: 'superseded',
          reportedAt: reportedAt(service),
        }),
      ).rejects.toMatchObject({ code: 'invalid-input', facts: { path: 'reportedAt' } });
      expect(await allRecords(service)).toHaveLength(before);
    });
  });
});

describe('akashi audit verify, of answers', () => {
  it('names one with another reason than the log has', async () => {
    const [pk, sk] = [statusPk(again), again.serial];
    const row = rowOf(pk, sk);
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.reason', 'keyCompromise') WHERE pk = ? AND sk = ?",
      pk,
      sk,
    );
    await audited.run(async (service) => {
      service.advance(60_000);
      await ocspStatus(service, again);
    });
    audited.sql('UPDATE item SET value = ? WHERE pk = ? AND sk = ?', row, pk, sk);
    expect(await found()).toEqual([
      {
        damage: 'answer-reason-differs',
        facts: expect.objectContaining({
          certificate: nameOf(again),
          reason: 'keyCompromise',
          recorded: 'superseded',
        }),
      },
    ]);
  });

  it('names one that does not know a certificate seventeen minutes after its issuance', async () => {
    const [pk, sk] = [statusPk(seal), seal.serial];
    const row = rowOf(pk, sk);
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', pk, sk);
    await audited.run(async (service) => {
      await ocspStatus(service, seal);
    });
    audited.sql('INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)', pk, sk, row);
    expect(await found()).toEqual([
      {
        damage: 'answer-unknown',
        facts: expect.objectContaining({ certificate: nameOf(seal), said: 'unknown' }),
      },
    ]);
  });

  it('has the reason in the record of an answer that is revoked, and of no other', async () => {
    await audited.run(async (service) => {
      for (const ref of [again, again, seal]) await ocspStatus(service, ref);
      const told = (await allRecords(service)).flatMap((record) =>
        record.kind === 'provision' && record.channel === 'ocsp' ? [record.provided] : [],
      );
      expect(told.map(({ answers, reasons }) => [answers, reasons])).toEqual(
        expect.arrayContaining([
          [['revoked'], ['superseded']],
          [['good'], undefined],
        ]),
      );
    });
  });
});

describe('akashi audit verify, of the times of CRLs', () => {
  it('names a CA that has no CRL in force', async () => {
    const ended = await audited.verifyLater(3 * 24 * HOUR);
    const stopped = findings(ended).filter(({ damage }) => damage === 'crl-stopped');
    expect(stopped.map(({ facts }) => facts.ca)).toContain(seal.ca);
  });
});

describe('akashi audit verify, of a service that slept for three days', () => {
  let slept: Audited;
  const responders = new Map<string, CertificateRef>();

  beforeAll(async () => {
    slept = await openAudited(
      async (service) => {
        for (const record of await allRecords(service)) {
          if (record.kind !== 'issuance' || record.details.profile !== 'ocsp-responder') continue;
          const [ref] = record.certificates as [CertificateRef];
          responders.set(ref.ca, ref);
        }
        const began = service.now();
        const revoke = (person: string, ca: string, reportedAt?: number) =>
          service.core.authority.revoke(service.principal(person), responders.get(ca) as CertificateRef, {
            reason: 'superseded',
            ...(reportedAt !== undefined && {
              reportedAt: new Date(reportedAt).toISOString().replace(/\.\d+/, ''),
            }),
          });
        await revoke('operator-sakai', 'organisation-1');
        service.advance(24 * HOUR);
        await revoke('operator-sakai', 'signature-1', began - 2 * HOUR);
        await revoke('operator-sakai', 'authentication-1', began + 22 * HOUR);
        service.advance(HOUR);
        for (const ca of ['organisation-1', 'signature-1', 'authentication-1'])
          await revoke('operator-noda', ca, began + 24 * HOUR);
        service.advance(47 * HOUR);
        for (const { id } of await service.app.authority.authorities())
          await service.core.status.publish(id, 'operator-noda');
      },
      { ago: 80 * HOUR },
    );
    slept.restore();
  }, 120_000);

  afterAll(() => slept.remove());

  it('names the times without a CRL in force, and what two persons revoked late', async () => {
    const all = findings(await slept.verify('--no-queries'));
    const of = (damage: string) =>
      all.filter((one) => one.damage === damage).map(({ facts }) => String(facts.ca ?? facts.certificate));
    expect(of('crl-gap').toSorted()).toEqual([
      'authentication-1',
      'operations-1',
      'organisation-1',
      'signature-1',
    ]);
    expect(of('revocation-late').toSorted()).toEqual(
      ['organisation-1', 'signature-1'].map((ca) => nameOf(responders.get(ca) as CertificateRef)),
    );
    expect(all).toHaveLength(6);
  });
});
