import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProvisionDraft } from '../../lib/ledger/ledger.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { type Audited, damages, findings, openAudited } from './audited.ts';
import { publishByRows } from './published-by-rows.ts';

/*
 * The tests change, in the service's real files, everything that it shows besides its records: the status register, the
 * rows of certificates, the archive of CRLs, the pointers by which queries find records, the totals. The audit must find
 * each change, name the damage and say where it is.
 */
let audited: Audited;
let seal: CertificateRef;
let held: CertificateRef;
let released: CertificateRef;
let revoked: CertificateRef;
const HOLDER = 'holder-tanabe';

const issue = async (service: Service, folder: string, name: string, profile: string, holder?: string) => {
  const { registration } = service.app;
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile,
    csr: opensslRequest(folder, name),
    fields: FIELDS[profile] ?? {},
    ...(holder !== undefined && { holder }),
  });
  await registration.examine(service.principal('higashi-examiner'), request.id, { decision: 'approve' });
  const done = await registration.examine(service.principal('operator-noda'), request.id, {
    decision: 'approve',
  });
  return done.certificate as CertificateRef;
};

const told = (ref: CertificateRef, more: Partial<ProvisionDraft> = {}): ProvisionDraft => ({
  kind: 'provision',
  tenant: 'tokiwa',
  recipient: 'tax-portal',
  channel: 'status',
  method: 'GET',
  purpose: 'tax-return',
  certificates: [ref],
  provided: { 状態: 'good' },
  responseDigest: 'ab'.repeat(32),
  count: 1,
  ...more,
});

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    const { authority } = service.core;
    const operator = service.principal('operator-noda');
    seal = await issue(service, folder, 'seal', 'official-position');
    held = await issue(service, folder, 'held', 'official-position');
    released = await issue(service, folder, 'released', 'official-position');
    revoked = await issue(service, folder, 'revoked', 'official-position');
    await issue(service, folder, 'person', 'person-signature', HOLDER);
    await authority.hold(operator, held);
    await authority.hold(operator, released);
    await authority.release(operator, released);
    await authority.revoke(operator, revoked, { reason: 'superseded' });
    const { ledger } = service.app;
    for (let i = 0; i < 3; i++) await ledger.append(told(seal), told(revoked, { recipient: 'procurement' }));
    await ledger.append(told(seal, { recipient: 'higashi-counter', office: 'mizusaki-higashi' }));
    for (let i = 0; i < 3; i++) await service.core.status.publish(seal.ca, operator.id);
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const digit = ({ serial }: CertificateRef): string => serial.slice(-1);
const statusPk = (ref: CertificateRef): string => `status/${ref.ca}/${digit(ref)}`;
const certificatePk = (ref: CertificateRef): string => `certificates/${ref.ca}/${digit(ref)}`;
const nameOf = ({ ca, serial }: CertificateRef): string => `${ca}/${serial}`;

/** The kinds of damage that the audit finds, with the facts of the first finding of each. */
const found = async (...more: readonly string[]) => {
  const ended = await audited.verify(...more);
  expect(ended.code, ended.err).toBe(findings(ended).length === 0 ? 0 : 1);
  return { damages: damages(ended), findings: findings(ended), ...JSON.parse(ended.out) };
};

describe('akashi audit verify, of a service that nobody touched', () => {
  it('finds nothing, and has seen every serial number, every CRL and every query', async () => {
    const { damages: names, records } = await found();
    expect(names).toEqual([]);
    const serials = audited.rows("SELECT count(*) AS n FROM item WHERE pk LIKE 'status/%'")[0]?.n;
    expect(records.serials).toBe(serials);
    expect(serials).toBeGreaterThan(10);
    expect(records.crls).toBe(
      readdirSync(join(audited.data, 'objects/crl'), { recursive: true }).filter((name) =>
        String(name).endsWith('.crl'),
      ).length,
    );
    expect(records.queries).toBeGreaterThan(50);
  });

  it('skips the queries if it is told to, and says so', async () => {
    const { damages: names, records } = await found('--no-queries');
    expect(names).toEqual([]);
    expect(records).not.toHaveProperty('queries');
    expect(records.queriesNotAsked).toBeGreaterThan(0);
  });

  it('does not take acts during the audit for damage', async () => {
    await audited.run(async (service) => {
      await service.core.status.publish(seal.ca, 'operator-noda');
      await service.core.authority.revoke(service.principal('operator-noda'), held, {
        reason: 'unspecified',
      });
    });
    // Not sequenced: the checkpoint does not cover these.
    expect((await found()).damages).toEqual([]);
  });
});

describe('akashi audit verify, of serial numbers', () => {
  it.each([
    ['the status register', statusPk],
    ['the rows of certificates', certificatePk],
  ])('names one that was inserted into %s', async (_, pkOf) => {
    const forged = `01${'0'.repeat(seal.serial.length - 3)}${digit(seal)}`;
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) SELECT pk, ?, 1, value FROM item WHERE pk = ? AND sk = ?',
      forged,
      pkOf(seal),
      seal.serial,
    );
    expect((await found()).findings).toEqual([
      { damage: 'serial-without-leaf', facts: { certificate: `${seal.ca}/${forged}` } },
    ]);
  });

  it.each([
    ['the status register', statusPk, 'status'],
    ['the rows of certificates', certificatePk, 'certificates'],
  ])('names one that was deleted from %s', async (_, pkOf, from) => {
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', pkOf(seal), seal.serial);
    const { findings: all } = await found();
    expect(all).toEqual([
      {
        damage: 'certificate-missing',
        facts: { certificate: nameOf(seal), record: expect.any(String), from },
      },
    ]);
  });

  it('names one that is gone altogether', async () => {
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', statusPk(seal), seal.serial);
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', certificatePk(seal), seal.serial);
    expect((await found()).damages).toEqual(['certificate-missing']);
  });

  it.each([
    ['another certificate', (der: string) => der],
    ['something that is none', () => 'AAAA'],
  ])('names a certificate in whose place %s was put', async (_, change) => {
    // Those of the service itself are in their rows.
    const own = (profile: string) =>
      audited.rows(
        "SELECT pk, sk, json_extract(value, '$.der') AS der FROM item WHERE pk LIKE ? AND json_extract(value, '$.profile') = ?",
        `certificates/${seal.ca}/%`,
        profile,
      )[0];
    const responder = own('ocsp-responder');
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.der', ?) WHERE pk = ? AND sk = ?",
      change(String(own('ca')?.der)),
      String(responder?.pk),
      String(responder?.sk),
    );
    const certificate = `${seal.ca}/${responder?.sk}`;
    expect((await found()).findings).toEqual([
      { damage: 'certificate-altered', facts: { certificate, record: expect.any(String) } },
    ]);
  });

  it.each([
    [
      'a revocation that was undone',
      () => revoked,
      'good',
      { damage: 'status-differs', recorded: 'revoked' },
    ],
    ['a hold that was ended', () => held, 'good', { damage: 'status-differs', recorded: 'hold' }],
    ['a hold that was made final', () => held, 'revoked', { damage: 'status-differs', recorded: 'hold' }],
    ['a hold that came back', () => released, 'hold', { damage: 'status-differs', recorded: 'good' }],
    ['a state that there is not', () => seal, 'unheard-of', { damage: 'status-differs' }],
    ['a revocation by nobody', () => seal, 'revoked', { damage: 'revocation-without-leaf' }],
  ])('names %s in the status register', async (_, refOf, state, { damage, ...facts }) => {
    const ref = refOf();
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.state', ?, '$.revocationTime', 1, '$.reason', 'unspecified') WHERE pk = ? AND sk = ?",
      state,
      statusPk(ref),
      ref.serial,
    );
    const { findings: all } = await found();
    expect(all).toEqual([
      { damage, facts: expect.objectContaining({ certificate: nameOf(ref), state, ...facts }) },
    ]);
  });

  it('names a certificate whose notAfter was moved to an earlier time', async () => {
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.notAfter', 1) WHERE pk = ? AND sk = ?",
      statusPk(seal),
      seal.serial,
    );
    expect((await found()).findings).toMatchObject([
      { damage: 'status-differs', facts: { certificate: nameOf(seal), notAfter: '1970-01-01T00:00:01Z' } },
    ]);
  });
});

describe('akashi audit verify, of CRLs', () => {
  const archive = (): string => join(audited.data, 'objects/crl', seal.ca, 'full');
  const numbers = (): readonly string[] => readdirSync(archive()).sort();
  const file = (at: number): string => join(archive(), numbers().at(at) as string);

  it('names one whose bytes were replaced', async () => {
    cpSync(file(-1), file(-2));
    expect((await found()).findings).toMatchObject([
      { damage: 'crl-altered', facts: { ca: seal.ca, number: numbers().length - 1 } },
    ]);
  });

  it('names one that was taken away', async () => {
    const [first] = numbers();
    rmSync(join(archive(), String(first)));
    expect((await found()).findings).toMatchObject([
      { damage: 'crl-missing', facts: { ca: seal.ca, number: 1 } },
    ]);
  });

  it.each([
    ['under the next number', () => String(numbers().length + 1).padStart(20, '0')],
    ['under no number', () => 'spare'],
  ])('names one that was put beside them %s', async (_, nameOfIt) => {
    const name = nameOfIt();
    cpSync(file(-1), join(archive(), `${name}.crl`));
    const { findings: all } = await found();
    expect(all).toMatchObject([{ damage: 'crl-without-leaf', facts: { ca: seal.ca } }]);
  });

  it('names a publication that never became a leaf, by the CRL number that is missing', async () => {
    const before = numbers().length;
    await audited.run(async (service) => {
      await service.core.status.publish(seal.ca, 'operator-noda');
      // The record is staged and waits for its leaf. It is deleted there.
      for (const shard of '0123456789abcdef') {
        const page = await service.table.query({ pk: `staged/${shard}`, limit: 100 });
        for (const item of page.items) {
          if (item.value.kind === 'publication') {
            await service.table.write([
              { delete: { pk: item.pk, sk: item.sk }, if: { version: item.version } },
            ]);
          }
        }
      }
      await service.core.status.publish(seal.ca, 'operator-noda');
    });
    const all = (await found()).findings;
    expect(all).toMatchObject([
      { damage: 'crl-without-leaf', facts: { ca: seal.ca, number: before + 1 } },
      { damage: 'crl-number-gap', facts: { ca: seal.ca, number: before + 1, before: before + 2 } },
    ]);
    rmSync(file(-2));
    expect((await found()).damages).toEqual(['crl-number-gap']);
  });

  it('names an older one that is served in place of the newest', async () => {
    audited.sql(
      "UPDATE item SET value = json_set(value, '$.number', json_extract(value, '$.number') - 1) WHERE pk = ? AND sk = 'current'",
      `crls/${seal.ca}/full`,
    );
    // Within ten seconds of a publication another process may still serve the one before.
    expect(findings(await audited.verifyLater(20_000))).toMatchObject([
      { damage: 'crl-rolled-back', facts: { ca: seal.ca, newest: numbers().length } },
    ]);
  });

  it('names one that leaves out a certificate', async () => {
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', `revoked/${seal.ca}`, revoked.serial);
    await audited.run(async (service) => {
      service.advance(20_000);
      await publishByRows(service, seal.ca);
    });
    expect((await found()).findings).toEqual([
      { damage: 'crl-incomplete', facts: { certificate: nameOf(revoked), ca: seal.ca, partition: 'full' } },
    ]);
  });

  it('names one whose bytes are no CRL any more', async () => {
    writeFileSync(file(-1), 'nothing');
    expect((await found()).damages).toEqual(['crl-altered', 'crl-without-leaf']);
  });
});

describe('akashi audit verify, of queries', () => {
  /** The newest pointer in a partition whose key begins with `beginning`. */
  const pointer = (beginning: string): { pk: string; sk: string } => {
    const [row] = audited.rows(
      'SELECT pk, sk FROM item WHERE pk LIKE ? ORDER BY sk DESC LIMIT 1',
      `${beginning}%`,
    );
    expect(row, beginning).toBeDefined();
    return row as { pk: string; sk: string };
  };

  const POINTERS = [
    ['recipient', () => 'party/tax-portal/'],
    ['actor', () => 'party/operator-noda/'],
    ['ca', () => `certificate/${nameOf(seal)}`],
    ['channel', () => 'channel/status/'],
    ['purpose', () => 'purpose/tax-return/'],
    ['office', () => 'office/mizusaki-higashi/'],
    ['kind', () => 'kind/revocation/'],
    ['holder', () => `holder/${HOLDER}`],
  ] as const;

  it.each(POINTERS)('names a record that a query by %s does not find any more', async (by, beginning) => {
    const { pk, sk } = pointer(beginning());
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', pk, sk);
    const { damages: names, findings: all } = await found();
    expect(names).toEqual(['query-incomplete']);
    for (const { facts } of all) {
      expect(facts.record).toBe(sk);
      expect(facts.query).toMatch(new RegExp(`(^|&)${by}=`));
    }
    expect((await found('--no-queries')).damages).toEqual([]);
  });

  it('names a record that is left out because its pointer says another kind', async () => {
    const { pk, sk } = pointer('party/tax-portal/');
    audited.sql(`UPDATE item SET value = '{"kind":"report"}' WHERE pk = ? AND sk = ?`, pk, sk);
    expect((await found()).findings).toMatchObject([{ damage: 'query-incomplete', facts: { record: sk } }]);
  });

  const addPointer = (pk: string, kind: string, about: CertificateRef): string => {
    const [row] = audited.rows(
      "SELECT sk FROM item WHERE pk LIKE 'record/%' AND json_extract(value, '$.kind') = ? AND value LIKE ?",
      kind,
      `%${about.serial}%`,
    );
    const record = String(row?.sk);
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)',
      pk,
      record,
      `{"kind":"${kind}"}`,
    );
    return record;
  };

  it('has nothing to name where a pointer gives a certificate the record of another: the query leaves it out', async () => {
    const record = addPointer(`certificate/${nameOf(held)}`, 'revocation', revoked);
    await audited.run(async ({ app }) => {
      const { records } = await app.ledger.query({ certificate: held, limit: 1000 });
      expect(records.map(({ id }) => id)).not.toContain(record);
    });
    expect((await found()).damages).toEqual([]);
  });

  it('has nothing to name where a pointer gives a holder the certificate of another: the query does not follow it', async () => {
    addPointer(`holder/${HOLDER}`, 'issuance', seal);
    // The audit asks by holder too, and would name what is found there beside the holder's own.
    expect((await found()).damages).toEqual([]);
  });
});

describe('akashi audit verify, of totals', () => {
  const TOTAL = "pk LIKE 'count/%' AND sk LIKE '%\"tax-portal\"%'";

  it.each([
    ['raised', `UPDATE item SET value = json_set(value, '$.records', 7) WHERE ${TOTAL}`, 3],
    ['lowered', `UPDATE item SET value = json_set(value, '$.items', 0) WHERE ${TOTAL}`, 3],
    ['deleted', `DELETE FROM item WHERE ${TOTAL}`, 3],
    [
      'invented',
      `INSERT INTO item (pk, sk, version, value) SELECT pk, replace(sk, 'tax-portal', 'nobody'), 1, replace(value, 'tax-portal', 'nobody') FROM item WHERE ${TOTAL}`,
      0,
    ],
  ])('names one that was %s', async (how, statement, recounted) => {
    audited.sql(statement);
    const recipient = how === 'invented' ? 'nobody' : 'tax-portal';
    const { findings: all } = await found('--no-queries');
    expect(all).toMatchObject([
      {
        damage: 'total-differs',
        facts: { kind: 'provision', recipient, recounted, 'items recounted': recounted },
      },
    ]);
  });

  it('says nothing about a total whose own records are damaged', async () => {
    audited.sql("DELETE FROM item WHERE pk LIKE 'record/%' AND json_extract(value, '$.kind') = 'revocation'");
    expect((await found()).damages).toEqual(['record-missing', 'revocation-without-leaf']);
  });
});

describe('akashi audit verify, of rows that were set aside', () => {
  it('names each by its digest, and the log goes on', async () => {
    audited.sql("INSERT INTO item (pk, sk, version, value) VALUES ('staged/7', 'row', 1, '[7]')");
    audited.sql("INSERT INTO item (pk, sk, version, value) VALUES ('staged/8', 'row', 1, 'no JSON')");
    await audited.run(async (service) => {
      await service.core.sequencer.sequence();
    });
    const rows = audited.rows("SELECT sk FROM item WHERE pk = 'set-aside' ORDER BY sk");
    const digests = rows.map(({ sk }) => String(sk).split('/')[1]);
    expect(digests).toHaveLength(2);
    const { findings: all } = await found('--no-queries');
    expect(all).toEqual(
      expect.arrayContaining(
        digests.map((digest) => ({
          damage: 'row-set-aside',
          facts: { digest, what: 'staged', why: 'malformed', time: expect.any(String) },
        })),
      ),
    );
    expect(all).toHaveLength(2);
  });
});
