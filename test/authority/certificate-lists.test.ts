import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateQuery } from '../../lib/authority/authority.ts';
import { certificateKey } from '../../lib/authority/certificates.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { FIELDS, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { codeOf, DAY, type Ground, keyOfOrder, openGround, openHouse } from './house.ts';

/** Lists of certificates: who sees which, in which order, and what their pages and totals say. */

let ground: Ground;
let house: Service;
const refs = new Map<string, CertificateRef>();
const nameOf = (ref: CertificateRef): string =>
  [...refs].find(([, { ca, serial }]) => ca === ref.ca && serial === ref.serial)?.[0] ?? ref.serial;

const issue = async (
  name: string,
  {
    office = 'mizusaki-higashi',
    profile = 'person-authentication',
    ...more
  }: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const ref = await house.core.authority.issue({
    order: name,
    profile,
    office,
    fields: FIELDS[profile] ?? {},
    subjectPublicKeyInfo: keyOfOrder(name),
    actor: 'operator-noda',
    ...more,
  });
  refs.set(name, ref);
};

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  // They end a day apart, in this order.
  await issue('first', { holder: 'h-1', issuedTo: 'higashi-counter' });
  ground.time.now += DAY;
  await issue('nishi', { office: 'mizusaki-nishi', holder: 'h-1' });
  ground.time.now += DAY;
  await issue('seal', { profile: 'official-position', issuedTo: 'higashi-counter' });
  ground.time.now += DAY;
  await issue('held', { holder: 'h-2' });
  ground.time.now += 1000;
  await issue('revoked', { holder: 'h-2' });
  ground.time.now += DAY;
  await issue('last');
  const operator = house.principal('operator-noda');
  await house.core.authority.revoke(operator, refOf('revoked'), { reason: 'superseded' });
  await house.core.authority.hold(operator, refOf('held'));
}, 60_000);
afterAll(() => ground.close());

const refOf = (name: string): CertificateRef => refs.get(name) as CertificateRef;
const actorOf = (who: string | Principal): Principal =>
  typeof who === 'string' ? house.principal(who) : who;
const list = (who: string | Principal, query: Partial<CertificateQuery> = {}) =>
  house.app.authority.list(actorOf(who), { limit: 50, ...query });
const names = async (who: string | Principal, query: Partial<CertificateQuery> = {}) =>
  (await list(who, query)).certificates.map(nameOf);
const refusal = (who: string | Principal, query: Partial<CertificateQuery>) => codeOf(list(who, query));
const endOf = async (name: string): Promise<string> =>
  (await house.app.authority.certificate(house.principal('auditor'), refOf(name))).notAfter;

/** The operator of a tenant, and one of the service. */
const operatorOf = (tenant: string): Principal => ({ ...house.principal('operator-noda'), tenant });

describe('a list of certificates', () => {
  it('begins with what ends soonest, and shows no bytes', async () => {
    const { certificates } = await list('higashi-counter');
    expect(certificates.map(nameOf)).toEqual(['seal', 'first', 'held', 'revoked', 'last']);
    expect(JSON.stringify(certificates)).not.toContain('BEGIN CERTIFICATE');
    expect(certificates[1]).toMatchObject({
      subject: expect.stringContaining('CN='),
      holder: 'h-1',
      issuedTo: 'higashi-counter',
      status: 'good',
    });
    expect(await names('higashi-counter', { order: 'latest' })).toEqual(
      (await names('higashi-counter')).reverse(),
    );
  });

  it('has those of the own office for officers, and of the own tenant for others', async () => {
    expect(await names('nishi-examiner')).toEqual(['nishi']);
    const ofTokiwa = ['seal', 'first', 'nishi', 'held', 'revoked', 'last'];
    for (const who of [operatorOf('tokiwa'), { ...house.principal('auditor'), tenant: 'tokiwa' }]) {
      const { certificates } = await list(who);
      // The certificates of principals are of a tenant and of no office.
      expect(certificates.filter(({ office }) => office).map(nameOf)).toEqual(ofTokiwa);
      expect(certificates.some(({ profile }) => profile === 'principal')).toBe(true);
    }
    expect(
      (await list(operatorOf('minase'))).certificates.filter(({ tenant }) => tenant !== 'minase'),
    ).toEqual([]);
    expect(await names(operatorOf('minase'), { office: 'mizusaki-higashi' })).toEqual([]);
    expect(await names(operatorOf('minase'), { holder: 'h-1' })).toEqual([]);
    expect(await names(operatorOf('minase'), { issuedTo: 'higashi-counter' })).toEqual([]);
    expect(await names('operator-noda', { tenant: 'tokiwa', profile: 'person-authentication' })).toEqual(
      ofTokiwa.slice(1),
    );
  });

  it.each<[string, string, Partial<CertificateQuery>, readonly string[]]>([
    ['a profile', 'higashi-counter', { profile: 'official-position' }, ['seal']],
    [
      'a profile of an office',
      'operator-noda',
      { profile: 'official-position', office: 'mizusaki-nishi' },
      [],
    ],
    ['a holder', 'operator-noda', { holder: 'h-1' }, ['first', 'nishi']],
    ['a holder, to an officer', 'higashi-counter', { holder: 'h-1' }, ['first']],
    ['a holder and a status', 'operator-noda', { holder: 'h-2', status: 'hold' }, ['held']],
    ['an officer', 'operator-noda', { issuedTo: 'higashi-counter' }, ['seal', 'first']],
    [
      'an officer and a profile',
      'higashi-chief',
      { issuedTo: 'higashi-counter', profile: 'person-authentication' },
      ['first'],
    ],
    ['good', 'higashi-counter', { status: 'good' }, ['seal', 'first', 'last']],
    ['revoked', 'higashi-counter', { status: 'revoked' }, ['revoked']],
    ['on hold', 'higashi-counter', { status: 'hold' }, ['held']],
    ['expired', 'higashi-counter', { status: 'expired' }, []],
  ])('can be of %s', async (_, who, query, expected) => {
    expect(await names(who, query)).toEqual(expected);
  });

  it('takes a window of ends: its beginning is within, its end is not', async () => {
    const [from, to] = [await endOf('first'), await endOf('held')];
    const who = 'higashi-counter';
    expect(await names(who, { expiresFrom: from, expiresTo: to })).toEqual(['first']);
    expect(await names(who, { expiresFrom: from, expiresTo: to.replace('Z', '.5Z') })).toEqual([
      'first',
      'held',
    ]);
    expect(await names(who, { expiresTo: from })).toEqual(['seal']);
    expect(await names(who, { expiresFrom: to, order: 'latest' })).toEqual(['last', 'revoked', 'held']);
    expect(await names(who, { expiresFrom: to, profile: 'official-position' })).toEqual([]);
  });

  it('leaves out what has ended, unless it is asked for', async () => {
    const before = ground.time.now;
    try {
      ground.time.now = Date.parse(await endOf('seal'));
      expect(await names('higashi-counter')).toContain('seal');
      ground.time.now += 1000;
      const others = ['first', 'held', 'revoked', 'last'];
      expect(await names('higashi-counter')).toEqual(others);
      expect(await names('higashi-counter', { status: 'expired' })).toEqual(['seal']);
      expect(await names('higashi-counter', { status: 'expired', order: 'latest' })).toEqual(['seal']);
      expect(await names('higashi-counter', { order: 'latest' })).toEqual([...others.toReversed(), 'seal']);
      expect(await names('higashi-counter', { expiresTo: new Date(ground.time.now).toISOString() })).toEqual([
        'seal',
      ]);
    } finally {
      ground.time.now = before;
    }
  });

  it('is counted where one list has all of it', async () => {
    const counted = async (who: string, query: Partial<CertificateQuery>) => {
      const { total, more } = await list(who, { limit: 1, count: true, ...query });
      return [total, more];
    };
    expect(await counted('higashi-counter', {})).toEqual([5, undefined]);
    expect(await counted('higashi-counter', { profile: 'official-position' })).toEqual([1, undefined]);
    expect(await counted('operator-noda', { holder: 'h-1' })).toEqual([2, undefined]);
    expect(await counted('higashi-counter', { expiresTo: await endOf('held') })).toEqual([2, undefined]);
    // Each of these would need every certificate to be looked at.
    for (const query of [{ status: 'good' }, { holder: 'h-1' }, { issuedTo: 'higashi-counter' }] as const)
      expect(await counted('higashi-counter', query)).toEqual([undefined, undefined]);
    expect((await list('higashi-counter')).total).toBeUndefined();
  });

  it('says more than 1,000 where there are more', async () => {
    const pk = 'certificates-of/office/mizusaki-minami';
    const sks = Array.from({ length: 1_001 }, (_, n) => `2040-01-01T00:00:00Z ca ${n.toString(16)}`);
    for (let at = 0; at < sks.length; at += 100)
      await ground.table.write(
        sks.slice(at, at + 100).map((sk) => ({ put: { pk, sk }, value: {}, if: 'absent' as const })),
      );
    const query = { office: 'mizusaki-minami', count: true };
    expect(await list('operator-noda', query)).toMatchObject({ certificates: [], total: 1_000, more: true });
  });
});

describe('pages of a list', () => {
  const walk = async (
    query: Partial<CertificateQuery>,
    between: (page: number) => Promise<void> = async () => {},
  ) => {
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await list('higashi-counter', { ...query, ...(cursor !== undefined && { cursor }) });
      expect(page.certificates.length).toBeLessThanOrEqual(query.limit ?? 50);
      found.push(...page.certificates.map(nameOf));
      cursor = page.cursor;
      await between(++pages);
    } while (cursor !== undefined && pages < 20);
    return found;
  };

  it.each([1, 2, 3, 4])('of %i have each certificate once, in both orders', async (limit) => {
    const all = await names('higashi-counter');
    expect(await walk({ limit })).toEqual(all);
    expect(await walk({ limit, order: 'latest' })).toEqual(all.toReversed());
    // What is looked at beyond a page is on the next one.
    expect(await walk({ limit, status: 'good' })).toEqual(['seal', 'first', 'last']);
    expect(await walk({ limit, profile: 'person-authentication', issuedTo: 'higashi-counter' })).toEqual([
      'first',
    ]);
  });

  it('stay as they are while certificates are issued', async () => {
    const before = await names('higashi-counter');
    let issued = 0;
    const found = await walk({ limit: 1 }, async (page) => {
      if (page > 3) return;
      ground.time.now += 1000;
      // One that ends before the place where the list goes on, and one after it.
      await issue(`inserted-${page}`, { profile: 'organisation-client' });
      await issue(`added-${page}`);
      issued += 1;
    });
    expect(found.filter((name) => before.includes(name))).toEqual(before);
    expect(found.filter((name) => name.startsWith('inserted'))).toEqual([]);
    expect(found.filter((name) => name.startsWith('added'))).toHaveLength(issued);
    expect(new Set(found).size).toBe(found.length);
  });

  it('go on only for the same query', async () => {
    const { cursor = '' } = await list('higashi-counter', { limit: 1 });
    expect(cursor).not.toBe('');
    expect(await refusal('higashi-counter', { limit: 2, cursor })).toBe('none');
    for (const other of [
      { profile: 'person-authentication' },
      { status: 'good' },
      { order: 'latest' },
      { holder: 'h-1' },
      { expiresTo: '2040-01-01T00:00:00Z' },
      { text: '田辺' },
    ] as const)
      expect(await refusal('higashi-counter', { limit: 1, cursor, ...other })).toBe('cursor-invalid');
    expect(await refusal('nishi-examiner', { limit: 1, cursor })).toBe('cursor-invalid');
    for (const wrong of ['', 'AAAA', `${cursor}A`, cursor.slice(0, -2)])
      expect(await refusal('higashi-counter', { limit: 1, cursor: wrong })).toBe('cursor-invalid');
  });
});

describe('a query that cannot be answered', () => {
  it.each<[string, string, Partial<CertificateQuery>, string]>([
    ['of another office', 'higashi-counter', { office: 'mizusaki-nishi' }, 'forbidden'],
    ['by a relying party', 'tax-portal', {}, 'forbidden'],
    ['of no tenant, where there are several', 'operator-noda', {}, 'invalid-input'],
    [
      'with a window that is upside down',
      'higashi-counter',
      { expiresFrom: '2031-01-02T00:00:00Z', expiresTo: '2031-01-01T00:00:00Z' },
      'invalid-input',
    ],
    [
      'with an empty window',
      'higashi-counter',
      { expiresFrom: '2031-01-01T00:00:00Z', expiresTo: '2031-01-01T00:00:00Z' },
      'invalid-input',
    ],
    ['with a time that is none', 'higashi-counter', { expiresTo: 'soon' }, 'invalid-input'],
    [
      'with a time that nobody can write',
      'higashi-counter',
      { expiresTo: '+010000-01-01T00:00:00Z' },
      'invalid-input',
    ],
    ['of no certificates', 'higashi-counter', { limit: 0 }, 'invalid-input'],
    ['of too many', 'higashi-counter', { limit: 101 }, 'invalid-input'],
    ['of half a one', 'higashi-counter', { limit: 1.5 }, 'invalid-input'],
    ['by a name of one character', 'higashi-counter', { text: '田' }, 'invalid-input'],
    ['by a wildcard', 'higashi-counter', { text: '田辺*' }, 'invalid-input'],
    ['by control characters', 'higashi-counter', { text: '田\u0000辺' }, 'invalid-input'],
    ['by a name of 1,000 characters', 'higashi-counter', { text: '田'.repeat(1_000) }, 'invalid-input'],
    ['by a name in no office', 'operator-noda', { text: '田辺' }, 'invalid-input'],
  ])('is refused: %s', async (_, who, query, code) => {
    expect(await refusal(who, query)).toBe(code);
  });
});

describe('a row that somebody put', () => {
  const put = async (pk: string, sk: string): Promise<void> =>
    ground.table.write([{ put: { pk, sk }, value: {}, if: 'absent' }]);
  const placeOf = async (name: string): Promise<string> => {
    const { ca, serial } = refOf(name);
    return `${await endOf(name)} ${ca} ${serial}`;
  };

  it('into the list of another office shows nothing', async () => {
    const before = await names('nishi-examiner');
    await put('certificates-of/office/mizusaki-nishi', await placeOf('seal'));
    expect(await names('nishi-examiner')).toEqual(before);
    // Also where the certificate's own row is made to name that office: the record of the issuance decides.
    const key = certificateKey(refOf('seal'));
    const { value, version } = (await ground.table.get(key)) ?? { value: {}, version: 0 };
    await ground.table.write([{ put: key, value: { ...value, office: 'mizusaki-nishi' }, if: { version } }]);
    expect(await names('nishi-examiner')).toEqual(before);
    await ground.table.write([{ put: key, value, if: { version: version + 1 } }]);
  });

  it('of another end, of another form or of no certificate shows nothing', async () => {
    const before = await names('higashi-counter');
    const { ca, serial } = refOf('seal');
    const pk = 'certificates-of/office/mizusaki-higashi';
    for (const sk of [
      `2030-01-01T00:00:00Z ${ca} ${serial}`,
      '2030-01-01T00:00:00Z',
      '2030 a b c',
      `2031-01-01T00:00:00Z ${ca} 01ab`,
    ])
      await put(pk, sk);
    expect(await names('higashi-counter')).toEqual(before);
  });
});

describe('a search by name', () => {
  it('finds the certificates of requests of the office, newest first, and filters them', async () => {
    const one = await issueThroughOffice(house, 'person-signature', opensslRequest(ground.folder, 'one'));
    ground.time.now += 1000;
    await house.app.registration.submit(house.principal('higashi-counter'), {
      profile: 'person-signature',
      csr: opensslRequest(ground.folder, 'open'),
      fields: FIELDS['person-signature'] ?? {},
      holder: 'holder-tanabe',
    });
    ground.time.now += 1000;
    const two = await issueThroughOffice(house, 'person-signature', opensslRequest(ground.folder, 'two'));
    refs.set('one', one.certificate);
    refs.set('two', two.certificate);
    expect(await names('higashi-counter', { text: '田辺' })).toEqual(['two', 'one']);
    expect(await names('operator-noda', { text: '田辺花', office: 'mizusaki-higashi' })).toEqual([
      'two',
      'one',
    ]);
    expect(await names('higashi-counter', { text: '佐藤' })).toEqual([]);
    expect(await names('nishi-examiner', { text: '田辺' })).toEqual([]);
    await house.core.authority.revoke(house.principal('operator-noda'), two.certificate, {
      reason: 'superseded',
    });
    expect(await names('higashi-counter', { text: '田辺', status: 'good' })).toEqual(['one']);
    expect(await names('higashi-counter', { text: '田辺', expiresTo: await endOf('two') })).toEqual(['one']);
    // A page is one look-up, and is empty where its request has no certificate.
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list('higashi-counter', { text: '田辺', limit: 1, ...(cursor && { cursor }) });
      expect(page.certificates.length).toBeLessThanOrEqual(1);
      found.push(...page.certificates.map(nameOf));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(['two', 'one']);
  });
});

describe('a certificate whose data have ended', () => {
  it('is in its lists, without its subject', async () => {
    await ground.personal.write([
      {
        put: { pk: `certificate/${refOf('first').ca}/${refOf('first').serial}`, sk: 'item' },
        value: { erased: '0'.repeat(32) },
        if: { version: 2 },
      },
    ]);
    const { certificates } = await list('higashi-counter', { holder: 'h-1' });
    expect(certificates).toMatchObject([{ holder: 'h-1', personalData: { state: 'ended' } }]);
    expect(certificates[0]).not.toHaveProperty('subject');
  });
});
