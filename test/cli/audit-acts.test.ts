import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateRef } from '../../lib/principal.ts';
import { issueThroughOffice, opensslRequest } from '../service.ts';
import { ocspStatus } from '../world.ts';
import { type Audited, findings, openAudited, sequenceAll } from './audited.ts';
import { publishByRows } from './published-by-rows.ts';

/*
 * An attacker who can write to the table and has no key changes the time or the reason of a revocation, or makes the
 * service give false answers for a while. The log contradicts all of it.
 */
let audited: Audited;
let seal: CertificateRef;
let revoked: CertificateRef;
let held: CertificateRef;
/** After the notBefore of the certificates, and before their issuance. */
let reported: Date;

beforeAll(async () => {
  audited = await openAudited(async (service, folder) => {
    const issue = async (name: string): Promise<CertificateRef> =>
      (await issueThroughOffice(service, 'official-position', opensslRequest(folder, name))).certificate;
    const operator = service.principal('operator-noda');
    seal = await issue('seal');
    revoked = await issue('revoked');
    held = await issue('held');
    reported = new Date(service.now() - 120_000);
    await service.core.authority.hold(operator, held);
    await service.core.authority.revoke(operator, revoked, {
      reason: 'superseded',
      invalidityDate: new Date(service.now() - 60_000).toISOString().replace(/\.\d+/, ''),
    });
    await service.core.status.publish(revoked.ca, operator.id);
    for (const ref of [seal, revoked, held]) await ocspStatus(service, ref);
  });
}, 120_000);

afterAll(() => audited.remove());

beforeEach(() => audited.restore());

const nameOf = ({ ca, serial }: CertificateRef): string => `${ca}/${serial}`;
const statusPk = ({ ca, serial }: CertificateRef): string => `status/${ca}/${serial.slice(-1)}`;
const revokedPk = ({ ca }: CertificateRef): string => `revoked/${ca}`;

/** Changes a row of the certificate by a function of SQLite's JSON. */
const change = (pk: string, { serial }: CertificateRef, how: string): void =>
  audited.sql(`UPDATE item SET value = ${how} WHERE pk = ? AND sk = ?`, pk, serial);

const publish = (): Promise<void> =>
  audited.run(async (service) => {
    service.advance(20_000);
    await service.core.status.publish(revoked.ca, 'operator-noda');
  });

const found = async () => {
  const ended = await audited.verify('--no-queries');
  const all = findings(ended);
  expect(ended.code, ended.err).toBe(all.length === 0 ? 0 : 1);
  return all;
};

const REVOCATION = [
  [
    'its time',
    `json_set(value, '$.revocationTime', json_extract(value, '$.revocationTime') + 10)`,
    'revocationTime',
  ],
  ['its reason', `json_set(value, '$.reason', 'keyCompromise')`, 'reason'],
  ['the date from which it is invalid', `json_remove(value, '$.invalidityDate')`, 'invalidityDate'],
] as const;

describe('akashi audit verify, of the details of a revocation', () => {
  it.each(REVOCATION)('names a change of %s in the register', async (_, how, name) => {
    change(statusPk(revoked), revoked, how);
    expect(await found()).toEqual([
      {
        damage: 'status-differs',
        facts: {
          certificate: nameOf(revoked),
          state: 'revoked',
          record: expect.any(String),
          [name]: expect.any(String),
          [`${name} recorded`]: expect.any(String),
        },
      },
    ]);
  });

  it.each(REVOCATION)('names a CRL with a change of %s', async (_, how, name) => {
    change(revokedPk(revoked), revoked, how);
    expect(await found()).toEqual([]);
    // A CRL is made from the one before, so the entry is encoded anew only if a row says that it changed.
    audited.sql(
      'INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)',
      `changed/${revoked.ca}`,
      `000000000000 ${revoked.serial} 9`,
      '{}',
    );
    await audited.run(async (service) => {
      service.advance(20_000);
      await publishByRows(service, revoked.ca);
    });
    expect(await found()).toEqual([
      {
        damage: 'crl-differs',
        facts: {
          certificate: nameOf(revoked),
          crl: expect.any(String),
          record: expect.any(String),
          [name]: expect.any(String),
          [`${name} recorded`]: expect.any(String),
        },
      },
    ]);
  });

  it('finds nothing in a hold that became a revocation, and in the CRLs of both', async () => {
    await audited.run(async (service) => {
      service.advance(20_000);
      await service.core.authority.revoke(service.principal('operator-noda'), held, {
        reason: 'unspecified',
      });
    });
    expect(await found()).toEqual([]);
    await publish();
    expect(await found()).toEqual([]);
  });
});

describe('akashi audit verify, of a revocation that was raised', () => {
  it('finds nothing in what follows it, and names rows, a CRL and an answer of before', async () => {
    const place = (pk: string) => [pk, revoked.serial];
    const before = [statusPk(revoked), revokedPk(revoked)].map((pk) => ({
      pk,
      value: String(audited.rows('SELECT value FROM item WHERE pk = ? AND sk = ?', ...place(pk))[0]?.value),
    }));
    await audited.run(async (service) => {
      service.advance(12_000);
      await service.core.authority.revoke(service.principal('operator-noda'), revoked, {
        reason: 'keyCompromise',
        invalidityDate: reported.toISOString(),
      });
    });
    expect(await found()).toEqual([]);
    for (const { pk, value } of before) {
      audited.sql('UPDATE item SET value = ? WHERE pk = ? AND sk = ?', value, ...place(pk));
    }
    expect((await found()).map(({ damage }) => damage)).toEqual(['status-differs']);
    await audited.run(async (service) => {
      service.advance(50_000);
      await ocspStatus(service, revoked);
      await publishByRows(service, revoked.ca);
    });
    const all = await found();
    expect(all.map(({ damage }) => damage).sort()).toEqual([
      'answer-reason-differs',
      'crl-differs',
      'status-differs',
    ]);
    expect(all.find(({ damage }) => damage === 'answer-reason-differs')?.facts).toMatchObject({
      said: 'revoked',
      reason: 'superseded',
      recorded: 'keyCompromise',
    });
  });
});

describe('akashi audit verify, of OCSP answers', () => {
  const ask = (ref: CertificateRef): Promise<void> =>
    audited.run(async (service) => {
      service.advance(45_000);
      await ocspStatus(service, ref);
    });

  it.each([
    ['good of one that is revoked', () => revoked, `json_set(value, '$.state', 'good')`, 'good', 'revoked'],
    ['good of one that is on hold', () => held, `json_set(value, '$.state', 'good')`, 'good', 'hold'],
    [
      'revoked of one that is good',
      () => seal,
      `json_set(value, '$.state', 'revoked', '$.revocationTime', 1790000000, '$.reason', 'superseded')`,
      'revoked',
      'good',
    ],
    ['nothing of one that was issued', () => seal, undefined, 'unknown', 'good'],
  ])('names an answer that said %s, though the row was put back', async (_, refOf, how, said, recorded) => {
    const ref = refOf();
    const place = [statusPk(ref), ref.serial];
    const [row] = audited.rows('SELECT version, value FROM item WHERE pk = ? AND sk = ?', ...place);
    if (how === undefined) audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', ...place);
    else change(statusPk(ref), ref, how);
    await ask(ref);
    audited.sql(
      'INSERT OR REPLACE INTO item (pk, sk, version, value) VALUES (?, ?, ?, ?)',
      ...place,
      Number(row?.version),
      String(row?.value),
    );
    await ask(ref);
    expect(await found()).toEqual([
      {
        damage: 'answer-differs',
        facts: {
          certificate: nameOf(ref),
          record: expect.any(String),
          answered: expect.any(String),
          said,
          ...(said === 'revoked' && { reason: 'superseded' }),
          recorded,
        },
      },
    ]);
  });
});

describe('akashi audit verify, of records that have no leaf yet', () => {
  /** The time of the newest leaf. */
  const newest = (): number =>
    Date.parse(
      String(
        audited.rows("SELECT max(json_extract(value, '$.time')) AS t FROM item WHERE pk LIKE 'record/%'")[0]
          ?.t,
      ),
    );

  /** A release of the revoked certificate that nobody made, with its pointers and its share of the totals. */
  const forgeRelease = (time: number, more: object = {}): string => {
    const id = `${time.toString(16).padStart(12, '0')}0000${'ab'.repeat(8)}`;
    const iso = new Date(time).toISOString();
    const { ca, serial } = revoked;
    const record = {
      id,
      kind: 'release',
      time: iso,
      salt: '00'.repeat(16),
      actor: 'operator-noda',
      certificates: [revoked],
      details: {},
      ...more,
    };
    const put = (pk: string, sk: string, value: object): void =>
      audited.sql(
        'INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)',
        pk,
        sk,
        JSON.stringify(value),
      );
    put(`record/${iso.slice(0, 10)}`, id, record);
    put(`certificate/${ca}/${serial}`, id, { kind: 'release' });
    put(
      `count/${new Date(time + 9 * 3_600_000).toISOString().slice(0, 7)}`,
      `["release",null,"${ca}",null,null]/log/0`,
      {
        cell: { kind: 'release', ca },
        records: 1,
        items: 1,
      },
    );
    change(statusPk(revoked), revoked, `json_set(value, '$.state', 'good')`);
    audited.sql('DELETE FROM item WHERE pk = ? AND sk = ?', revokedPk(revoked), revoked.serial);
    return id;
  };

  it.each([
    ['ahead of every clock', () => Date.now() + 20 * 3_600_000, {}],
    ['older than the newest leaf', () => newest() - 90_000, {}],
    ['with a leaf that the log does not show', () => newest() - 90_000, { leaf: 1_000_000 }],
  ])('names one that is %s, and what it was to explain', async (_, timeOf, more) => {
    const record = forgeRelease(timeOf(), more);
    const all = await found();
    expect(all).toContainEqual({ damage: 'record-inserted', facts: { record, kind: 'release' } });
    expect(all).toContainEqual({
      damage: 'status-differs',
      facts: { certificate: nameOf(revoked), state: 'good', recorded: 'revoked' },
    });
  });

  it('finds nothing beside a service at work', async () => {
    const acts = ['hold', 'release'] as const;
    let turn = 0;
    const ended = await audited.verifyBeside(async (service) => {
      await ocspStatus(service, seal);
      await service.core.authority[acts[turn++ % 2] as 'hold'](service.principal('operator-noda'), seal);
      await ocspStatus(service, seal);
      if (turn % 5 === 0) await service.core.status.publish(seal.ca, 'operator-noda');
      if (turn % 3 === 0) await sequenceAll(service);
    });
    expect(findings(ended)).toEqual([]);
    expect(turn).toBeGreaterThan(0);
  });
});
