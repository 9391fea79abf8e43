import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/authority/authority.ts';
import { type Bytes, type CertificateRow, certificateKey } from '../../lib/authority/certificates.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { encodeName } from '../../lib/pki/name.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Value } from '../../lib/store/store.ts';
import { FIELDS, holderFor, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { auditOf, checkWorld } from '../world.ts';
import {
  codeOf,
  DAY,
  type Ground,
  type HouseOptions,
  keyOfOrder,
  openGround,
  openHouse,
  personalDataOn,
} from './house.ts';

/** The bytes of certificates that are about somebody outside: where they are, and what follows where they are not. */

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };
const YEAR_MS = 365.2425 * DAY;

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

const orderOf = (order: string): Order => ({
  order,
  profile: 'person-signature',
  office: 'mizusaki-higashi',
  fields: FIELDS['person-signature'] ?? {},
  ...holderFor('person-signature'),
  subjectPublicKeyInfo: keyOfOrder(order),
  actor: 'operator-noda',
});

const itemOf = ({ ca, serial }: CertificateRef): string => `certificate/${ca}/${serial}`;
const itemRow = (ref: CertificateRef) => ground.personal.get({ pk: itemOf(ref), sk: 'item' });
const rowOf = async (ref: CertificateRef): Promise<CertificateRow | undefined> =>
  (await ground.table.get<CertificateRow>(certificateKey(ref)))?.value;

const beganAs = async (order: string): Promise<CertificateRef> => {
  const end = await ground.objects.get(`outcomes/order.${order}/1`);
  return JSON.parse(Buffer.from(end?.body ?? '').toString()).certificates[0];
};

const failingAt = (part: 'table' | 'personal', n: number): HouseOptions => ({
  [part]: (table: Ground['table']) => faultyTable(table, new Map([[n, 'lost']])),
});

const viewOf = (house: Service, ref: CertificateRef) =>
  house.app.authority.certificate(house.principal('auditor'), ref);

describe('the rows of the main table', () => {
  it('never have a subject, a TBS or a certificate of an organisation, a person or a principal', async () => {
    const put: { readonly pk: string; readonly sk: string; readonly value: Value }[] = [];
    const { table } = ground;
    const watched: Ground = {
      ...ground,
      table: {
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        write: async (writes) => {
          for (const one of writes) if ('put' in one) put.push({ ...one.put, value: one.value });
          await table.write(writes);
        },
        close: () => table.close(),
      },
    };
    const house = await openHouse(watched);
    for (const profile of Object.keys(FIELDS))
      await issueThroughOffice(house, profile, opensslRequest(ground.folder, profile));

    const rows = put.filter(({ pk }) => pk.startsWith('certificates/'));
    const apart = rows.filter(({ value }) => value.apart === true);
    const own = rows.filter(({ value }) => value.apart !== true);
    const principal = house.trustDomain.operations.principal.id;
    const of = (some: typeof rows) => new Set(some.map(({ value }) => value.profile));
    expect(of(apart)).toEqual(new Set([...Object.keys(FIELDS), principal]));
    expect(of(own)).toEqual(new Set(['ca', 'ocsp-responder']));
    const members =
      'apart holder issuedTo linted notAfter notBefore office order profile profileVersion record signed tenant'.split(
        ' ',
      );
    for (const { value } of apart) expect(members).toEqual(expect.arrayContaining(Object.keys(value)));

    const personal = personalDataOn(ground, house);
    const texts = put.map(({ value }) => JSON.stringify(value));
    const stored = texts.map((text) => Buffer.concat([Buffer.from(text), ...decodedIn(text)]));
    for (const { pk, sk } of apart) {
      const ref = { ca: pk.split('/')[1] ?? '', serial: sk };
      const { subject, tbs, der = '' } = await personal.read<Bytes>(itemOf(ref));
      const name = encodeName(decodeCertificate(Buffer.from(der, 'base64')).subject);
      for (const told of [subject, Buffer.from(tbs, 'base64'), Buffer.from(name)]) {
        const telling = put.filter((_, i) => stored[i]?.includes(told)).map((row) => `${row.pk} ${row.sk}`);
        expect(telling).toEqual([]);
      }
    }
  });

  /** The bytes of each base64 in a text. */
  const decodedIn = (text: string): readonly Buffer[] =>
    (text.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? []).map((part) => Buffer.from(part, 'base64'));
});

describe('a crash', () => {
  it('between the bytes and the rows leaves bytes that no row names, and the next run keeps them', async () => {
    const house = await openHouse(ground);
    const crashed = await openHouse(ground, failingAt('table', 1));
    expect(await codeOf(crashed.core.authority.issue(orderOf('o')))).toBe('store-unavailable');
    const ref = await beganAs('o');
    expect(await rowOf(ref)).toBeUndefined();
    const before = await itemRow(ref);
    expect(before?.version).toBe(1);
    expect(await codeOf(viewOf(house, ref))).toBe('unknown-certificate');

    const stopped = await openHouse(ground, failingAt('table', 2));
    expect(await codeOf(stopped.core.authority.issue(orderOf('o')))).toBe('store-unavailable');
    // Version 2 has the signature. The bytes were not put again before it.
    expect((await itemRow(ref))?.version).toBe(2);
    expect(await house.core.authority.issue(orderOf('o'))).toEqual(ref);
    await checkWorld(house, NOTHING);
  });

  it('before the bytes leaves no row', async () => {
    const house = await openHouse(ground);
    const crashed = await openHouse(ground, failingAt('personal', 1));
    expect(await codeOf(crashed.core.authority.issue(orderOf('o')))).toBe('store-unavailable');
    const ref = await beganAs('o');
    expect([await itemRow(ref), await rowOf(ref)]).toEqual([undefined, undefined]);
    expect(await house.core.authority.issue(orderOf('o'))).toEqual(ref);
    await checkWorld(house, NOTHING);
  });

  it('between the certificate and its mark is finished without another signature', async () => {
    const house = await openHouse(ground);
    const crashed = await openHouse(ground, failingAt('table', 2));
    expect(await codeOf(crashed.core.authority.issue(orderOf('o')))).toBe('store-unavailable');
    const ref = await beganAs('o');
    const { der } = await personalDataOn(ground, house).read<Bytes>(itemOf(ref));
    expect(der).toBeDefined();
    expect(await rowOf(ref)).not.toHaveProperty('signed');
    expect(await codeOf(house.core.authority.chainPem(ref))).toBe('not-issued');
    expect((await viewOf(house, ref)).pem).toBeUndefined();

    const signed = ground.signed.length;
    expect(await house.core.authority.recover()).toEqual(['o']);
    expect(ground.signed).toHaveLength(signed);
    const own = Buffer.from(der ?? '', 'base64').toString('base64');
    expect((await house.core.authority.chainPem(ref)).replace(/\s/g, '')).toContain(own);
    await checkWorld(house, NOTHING);
  });

  it('of one of two runs that sign leaves the first certificate, for both', async () => {
    const house = await openHouse(ground);
    let first: string | undefined;
    const slow = await openHouse(ground, {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: async (id) => {
          const signer = await keys.open(id);
          return {
            ...signer,
            sign: async (message) => {
              // The other run does all of it while this one signs.
              if (id === 'signature-1' && first === undefined) {
                first = '';
                first = await house.core.authority.chainPem(await house.core.authority.issue(orderOf('o')));
              }
              return signer.sign(message);
            },
          };
        },
      }),
    });
    const ref = await slow.core.authority.issue(orderOf('o'));
    expect(first).toMatch(/^-----BEGIN/);
    expect(await slow.core.authority.chainPem(ref)).toBe(first);
    await checkWorld(house, NOTHING);
  });
});

describe('bytes that cannot be read', () => {
  const ANOTHER: HouseOptions = { dataKeys: (keys) => ({ ...keys, open: async () => randomBytes(32) }) };
  const NONE: HouseOptions = { dataKeys: (keys) => ({ ...keys, open: async () => undefined }) };

  it.each([
    ['another key', ANOTHER, 'personal-data-damaged'],
    ['no key', NONE, 'data-key-missing'],
  ] as const)('(%s) are said to be so, and the status stays', async (_, options, code) => {
    const house = await openHouse(ground);
    const ref = await house.core.authority.issue(orderOf('o'));
    const broken = await openHouse(ground, options);
    const { subject, pem, personalData, status } = await viewOf(broken, ref);
    expect({ subject, pem, personalData, status }).toEqual({
      personalData: { state: 'unreadable', code },
      status: 'good',
    });
    expect(await codeOf(broken.core.authority.chainPem(ref))).toBe(code);
    const operator = broken.principal('operator-noda');
    expect((await broken.app.authority.revoke(operator, ref, { reason: 'superseded' })).first).toBe(true);
    const [listed] = (await broken.app.authority.serials(ref.ca, { limit: 1000 })).serials.filter(
      ({ serial }) => serial === ref.serial,
    );
    expect(listed).toMatchObject({ unreadable: code, state: 'revoked' });
    expect(listed).not.toHaveProperty('tbsDigest');
    // With the key all is there again.
    expect((await viewOf(house, ref)).subject).toContain('Mizusaki-shi');
  });

  it('are not signed; the certificate is tried again and signed once the key is back', async () => {
    const house = await openHouse(ground);
    const crashed = await openHouse(ground, {
      keys: (keys) => ({
        create: (id, algorithm) => keys.create(id, algorithm),
        open: async (id) => ({
          ...(await keys.open(id)),
          sign: () => Promise.reject(new Error('The process is gone.')),
        }),
      }),
    });
    await expect(crashed.core.authority.issue(orderOf('o'))).rejects.toThrow('gone');
    const ref = await beganAs('o');
    const broken = await openHouse(ground, NONE);
    const signed = ground.signed.length;
    expect(await codeOf(broken.core.authority.recover())).toBe('data-key-missing');
    expect(await codeOf(broken.core.authority.issue(orderOf('o')))).toBe('data-key-missing');
    expect(ground.signed).toHaveLength(signed);
    const lines = broken.logged.filter(({ facts }) => facts.error === 'data-key-missing');
    expect(lines.map(({ facts }) => facts.order)).toEqual(['o']);
    expect(JSON.stringify(broken.logged)).not.toMatch(/田辺|花子/);
    expect(await rowOf(ref)).not.toHaveProperty('signed');

    expect(await house.core.authority.recover()).toEqual(['o']);
    await checkWorld(house, NOTHING);
  });
});

describe('data that have ended', () => {
  const SHORT: HouseOptions = {
    domain: (file) => {
      file.retention.issuanceAfterExpiry = 'P2Y';
    },
  };

  /** One certificate, and the time after the end of its data. */
  const longAgo = async () => {
    const house = await openHouse(ground, SHORT);
    const ref = await house.core.authority.issue(orderOf('o'));
    const { notAfter } = await viewOf(house, ref);
    const end = new Date(notAfter);
    end.setUTCFullYear(end.getUTCFullYear() + 2);
    const month = end.toISOString().slice(0, 7);
    ground.time.now = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 1);
    return { house, ref, month };
  };

  const RETENTION = { issuance: 2 * YEAR_MS };
  const OF_DATA = /^(?:personal-data|data-key|order-|certificate-|serial-)/;
  /** Nobody has published a CRL for years. */
  const findings = async (house: Service) =>
    (await auditOf(house, RETENTION)).found.filter(({ damage }) => OF_DATA.test(damage));

  it('are kept to the end of the month that lies the stated time after the end of the certificate', async () => {
    const { house, ref, month } = await longAgo();
    ground.time.now -= 1;
    const operator = house.principal('operator-noda');
    expect(await codeOf(house.app.personalRetention.end(operator, month, 'tokiwa'))).toBe('wrong-state');
    expect((await viewOf(house, ref)).subject).toContain('Mizusaki-shi');
  });

  it('are shown as ended; the status and the number stay, and an audit finds nothing', async () => {
    const { house, ref, month } = await longAgo();
    expect(await findings(house)).toEqual([]);
    const operator = house.principal('operator-noda');
    expect(await house.app.personalRetention.end(operator, month, 'tokiwa')).toMatchObject({ first: true });
    const { subject, pem, personalData, status } = await viewOf(house, ref);
    expect({ subject, pem, personalData, status }).toEqual({
      personalData: { state: 'ended', month },
      status: 'expired',
    });
    expect(await codeOf(house.core.authority.chainPem(ref))).toBe('personal-data-ended');
    expect(await findings(house)).toEqual([]);
  });

  it('without an act that ended them are found by an audit', async () => {
    const { house, ref, month } = await longAgo();
    const { version = 0, value } = (await itemRow(ref)) ?? {};
    const put = { pk: itemOf(ref), sk: 'item' };
    const certificate = `${ref.ca}/${ref.serial}`;
    // Another key was destroyed by an act, and the row is made to look as if that had been its own.
    const key = 'tokiwa.2026-01.1';
    await ground.dataKeys.create(key);
    await house.app.personalRetention.end(house.principal('operator-noda'), '2026-01', 'tokiwa');
    await ground.personal.write([{ put, value: { ...value, key }, if: { version } }]);
    expect((await viewOf(house, ref)).personalData).toEqual({ state: 'ended', month: '2026-01' });
    expect(await findings(house)).toEqual([
      expect.objectContaining({ damage: 'personal-data-missing', certificate, key }),
    ]);
    // The row is gone.
    await ground.personal.write([{ delete: put, if: { version: version + 1 } }]);
    expect(await findings(house)).toEqual([
      expect.objectContaining({
        damage: 'personal-data-missing',
        certificate,
        error: 'personal-data-damaged',
      }),
    ]);
    // The key is gone without an act.
    await ground.personal.write([{ put, value: value ?? {}, if: 'absent' }]);
    await ground.dataKeys.destroy(`tokiwa.${month}.1`);
    const restarted = await openHouse(ground, SHORT);
    expect(await findings(restarted)).toEqual([
      expect.objectContaining({ damage: 'personal-data-missing', certificate, error: 'data-key-missing' }),
    ]);
  });
});
