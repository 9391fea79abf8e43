import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINAMI, newKey, officer } from '../../../enrolment/people.ts';
import { serveService } from '../../../served-service.ts';
import { opensslRequest, temporaryFolder } from '../../../service.ts';
import { type Credential, openDoors, type Served } from './doors.ts';

/* What the operations of enrolment refuse, and by which code. */

const folder = temporaryFolder();
let service: Served;
let doors: ReturnType<typeof openDoors>;
let chief: Credential;
let kita: Credential;

const SAKAI = 'operator-sakai';
const NODA = 'operator-noda';
const OFFICES = '/api/v1/offices';
const PRINCIPALS = '/api/v1/principals';

const openOffice = async (id: string, terms: object = MINAMI): Promise<void> => {
  await doors.ok(201, doors.ask(SAKAI, 'POST', `${OFFICES}/${id}/proposal`, terms));
  await doors.ok(200, doors.ask(NODA, 'POST', `${OFFICES}/${id}/confirmation`));
};

const firstOf = async (office: string): Promise<Credential> => {
  const path = `${PRINCIPALS}/${office}-chief`;
  const terms = { ...officer('責任者', 'responsible', 'receive'), office };
  await doors.ok(201, doors.ask(SAKAI, 'POST', `${path}/proposal`, terms));
  const { invitation } = await doors.ok(201, doors.ask(NODA, 'POST', `${path}/confirmation`));
  return doors.enter(invitation, SAKAI);
};

const invite = async (id: string): Promise<string> => {
  const asked = doors.ask(chief, 'POST', `${PRINCIPALS}/${id}/invitation`, officer('受付', 'receive'));
  return (await doors.ok(201, asked)).invitation;
};

const bring = (invitation: string, csr: string) =>
  doors.ask(undefined, 'POST', '/api/v1/invitations', { invitation, csr });

const propose = (change: object, id = 'nishiki') =>
  doors.refused(doors.ask(SAKAI, 'POST', `${OFFICES}/${id}/proposal`, { ...MINAMI, ...change }));

beforeAll(async () => {
  service = await serveService(folder.path);
  doors = openDoors(service);
  await openOffice('minami');
  await openOffice('kita');
  chief = await firstOf('minami');
  kita = await firstOf('kita');
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('an invitation', () => {
  it('that is forged, or of nobody, is none', async () => {
    const invitation = await invite('minami-forged');
    const { csr } = newKey(folder.path, 'forged');
    const other = `${invitation.slice(0, -4)}${invitation.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    const ofAnother = invitation.replace('minami-forged', 'kita-chief');
    for (const given of [other, ofAnother, 'nobody.', '', 'nobody', `nobody.${'A'.repeat(32)}`])
      expect(await doors.refused(bring(given, csr)), given).toBe('403 invitation-invalid');
    expect(await doors.refused(bring(`${'a'.repeat(41)}.${'A'.repeat(32)}`, csr))).toBe('400 invalid-input');
  });

  it('opens once, and says to the same key how far it is', async () => {
    const invitation = await invite('minami-twice');
    const [first, second] = [newKey(folder.path, 'first'), newKey(folder.path, 'second')];
    const brought = { id: 'minami-twice', fingerprint: first.fingerprint };
    expect(await doors.ok(200, bring(invitation, first.csr))).toEqual(brought);
    expect(await doors.ok(200, bring(invitation, first.csr))).toEqual(brought);
    expect(await doors.refused(bring(invitation, second.csr))).toBe('409 invitation-opened');
    const path = `${PRINCIPALS}/minami-twice/enrolment`;
    const differs = doors.ask(chief, 'POST', path, { fingerprint: second.fingerprint });
    expect(await doors.refused(differs)).toBe('409 fingerprint-differs');
    // As people read it to each other.
    const spoken = (first.fingerprint.match(/../g) ?? []).join(':').toUpperCase();
    await doors.ok(200, doors.ask(chief, 'POST', path, { fingerprint: spoken }));
    expect((await doors.ok(200, bring(invitation, first.csr))).certificate).toContain('BEGIN CERTIFICATE');
    expect(await doors.refused(bring(invitation, second.csr))).toBe('409 invitation-opened');
    // The same again says what is so.
    const again = doors.ask(chief, 'POST', path, { fingerprint: first.fingerprint });
    expect(await doors.ok(200, again)).toMatchObject({ standing: 'active', key: first.fingerprint });
  });

  it('opens with nothing but a sound key of its own', async () => {
    const invitation = await invite('minami-keys');
    const weak = opensslRequest(folder.path, 'weak', ['-newkey', 'rsa:1024']);
    const { csr } = newKey(folder.path, 'keys');
    const lines = csr.split('\n');
    const broken = [...lines.slice(0, -3), `${lines.at(-3)?.slice(0, -6)}AAAA==`, ...lines.slice(-2)].join(
      '\n',
    );
    expect(await doors.refused(bring(invitation, 'no PEM'))).toBe('400 malformed-pem');
    expect(await doors.refused(bring(invitation, weak))).toMatch(
      /^422 (weak-key|key-algorithm-not-allowed)$/,
    );
    expect(await doors.refused(bring(invitation, broken))).toMatch(/^4/);
    expect(await doors.refused(bring(invitation, 'x'.repeat(100_000)))).toBe('400 invalid-input');
    // The key of somebody else: it was certified for the responsible person.
    const { fingerprint } = await doors.ok(200, bring(invitation, chief.key.csr));
    const path = `${PRINCIPALS}/minami-keys/enrolment`;
    expect(await doors.refused(doors.ask(chief, 'POST', path, { fingerprint }))).toBe('409 duplicate-key');
  });

  it('expires, and is replaced by a newer one', async () => {
    const invitation = await invite('minami-late');
    const { csr } = newKey(folder.path, 'late');
    service.advance(8 * 86_400_000);
    expect(await doors.refused(bring(invitation, csr))).toBe('410 invitation-expired');
    const next = await invite('minami-late');
    expect(await doors.refused(bring(invitation, csr))).toBe('403 invitation-invalid');
    await doors.ok(200, bring(next, csr));
  });
});

describe('people of another office', () => {
  it('are unknown', async () => {
    const asked: readonly (readonly [string, string, object?])[] = [
      ['GET', ''],
      ['POST', '/enrolment', { fingerprint: 'a'.repeat(64) }],
      ['POST', '/suspension'],
      ['DELETE', '/suspension'],
      ['POST', '/end'],
    ];
    for (const [method, end, body] of asked) {
      const there = doors.ask(kita, method, `${PRINCIPALS}/minami-chief${end}`, body);
      const nowhere = doors.ask(kita, method, `${PRINCIPALS}/nobody${end}`, body);
      expect(await doors.refused(there), `${method} ${end}`).toBe('404 unknown-principal');
      expect(await doors.refused(nowhere), `${method} ${end}`).toBe('404 unknown-principal');
    }
    expect(await doors.refused(doors.ask(kita, 'GET', `${OFFICES}/minami`))).toBe('404 unknown-office');
  });

  it('are invited by nobody else, and listed to nobody else', async () => {
    const path = `${PRINCIPALS}/minami-chief/invitation`;
    const into = { ...officer('受付', 'receive'), office: 'kita' };
    expect(await doors.refused(doors.ask(kita, 'POST', path, into))).toBe('404 unknown-principal');
    const other = doors.ask(kita, 'POST', `${PRINCIPALS}/kita-spy/invitation`, officer('受付', 'receive'));
    expect(await doors.refused(other)).toBe('403 forbidden');
    expect(await doors.refused(doors.ask(kita, 'GET', `${PRINCIPALS}?office=minami`))).toBe('403 forbidden');
    const { principals } = await doors.ok(200, doors.ask(kita, 'GET', PRINCIPALS));
    expect(principals.map(({ id }: { id: string }) => id)).toEqual(['kita-chief']);
  });

  it('and ids of the trust domain, and words of records, are taken', async () => {
    const terms = officer('受付', 'receive');
    for (const [id, code] of [
      ['operator-noda', '409 wrong-state'],
      ['public', '400 invalid-input'],
      ['service', '400 invalid-input'],
      ['-minami', '400 invalid-input'],
      ['a'.repeat(41), '400 invalid-input'],
      ['Minami', '400 invalid-input'],
    ] as const)
      expect(await doors.refused(doors.ask(chief, 'POST', `${PRINCIPALS}/${id}/invitation`, terms)), id).toBe(
        code,
      );
  });
});

describe('an office', () => {
  it('has a local government code whose check digit is right', async () => {
    expect(await propose({ code: '131017' })).toBe('400 invalid-input');
    expect(await propose({ code: '13101' })).toBe('400 invalid-input');
    const refused = await doors.ask(SAKAI, 'POST', `${OFFICES}/nishiki/proposal`, {
      ...MINAMI,
      code: '131017',
    });
    expect(refused.body).toMatchObject({
      facts: { path: 'code' },
      detail: expect.stringContaining('131017'),
    });
  });

  it('stands below no office that stands below it, and below none that is unknown', async () => {
    expect(await propose({ parent: 'nishiki' })).toBe('400 invalid-input');
    expect(await propose({ parent: 'nowhere' })).toBe('404 unknown-office');
    await openOffice('kita', { ...MINAMI, parent: 'minami' });
    expect(await propose({ parent: 'kita' }, 'minami')).toBe('400 invalid-input');
  });

  it('asks for profiles that are there, and has the attributes that they take', async () => {
    expect(await propose({ profiles: ['operations'] })).toBe('400 invalid-input');
    expect(await propose({ attributes: {} })).toBe('400 invalid-input');
    expect(await propose({ from: '2027-04-01', until: '2028-04-01T00:00:00+09:00' })).toBe(
      '400 invalid-input',
    );
    expect(await propose({ from: '2027-04-01T00:00:00+09:00', until: '2027-04-01T00:00:00+09:00' })).toBe(
      '400 invalid-input',
    );
  });
});

describe('a name', () => {
  const named = (ja: string) => ({ ...officer('受付', 'receive'), name: { ja, en: 'Clerk' } });

  it('with a variation sequence or a compatibility ideograph is taken unchanged', async () => {
    for (const [n, ja] of ['葛\u{e0100}城', '山\ufa11', '\u{20bb7}野家'].entries()) {
      const path = `${PRINCIPALS}/minami-name-${n}`;
      const { principal } = await doors.ok(201, doors.ask(chief, 'POST', `${path}/invitation`, named(ja)));
      expect([...principal.name.ja]).toEqual([...ja]);
      expect((await doors.ok(200, doors.ask(chief, 'GET', path))).name.ja).toBe(ja);
    }
    const office = { ...MINAMI, name: { ja: '葛\u{e0100}城支所', en: 'Katsuragi Branch' } };
    await openOffice('katsuragi', office);
    expect((await doors.ok(200, doors.ask(NODA, 'GET', `${OFFICES}/katsuragi`))).name).toEqual(office.name);
  });

  it('with half of a surrogate pair, or a private-use character, is refused', async () => {
    const path = `${PRINCIPALS}/minami-odd/invitation`;
    for (const ja of ['\ue000田', '\u{f0000}田', '田\u0000', '田\u202e', ' ', '', '田'.repeat(201)])
      expect(await doors.refused(doors.ask(chief, 'POST', path, named(ja))), JSON.stringify(ja)).toBe(
        '400 invalid-input',
      );
    for (const half of ['\\ud842', '\\udfb7']) {
      const body = JSON.stringify(named('X')).replace('X', half);
      expect(await doors.refused(doors.ask(chief, 'POST', path, body)), half).toBe('400 invalid-input');
    }
    expect(await doors.refused(doors.ask(NODA, 'GET', `${PRINCIPALS}/minami-odd`))).toBe(
      '404 unknown-principal',
    );
  });
});

describe('a body', () => {
  it('has no members but those that are known, and no more than they may have', async () => {
    expect(await propose({ standing: 'open' })).toBe('400 invalid-input');
    expect(await propose({ profiles: Array(101).fill('official-position') })).toBe('400 invalid-input');
    expect(await propose({ attributes: { ...MINAMI.attributes, 'a b': 'x' } })).toBe('400 invalid-input');
    const many = Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`x${n}`, 'x']));
    expect(await propose({ attributes: { ...MINAMI.attributes, ...many } })).toBe('400 invalid-input');
    expect(await propose({ kana: 'か'.repeat(300_000) })).toBe('413 body-too-large');
    const path = `${PRINCIPALS}/minami-chief/suspension`;
    expect(await doors.refused(doors.ask(NODA, 'POST', path, { now: true }))).toMatch(/^41[35] /);
  });

  it('fits the role', async () => {
    const terms = { role: 'auditor', name: { ja: '監査', en: 'Audit' } };
    const of = (change: object) =>
      doors.refused(doors.ask(SAKAI, 'POST', `${PRINCIPALS}/new-one/proposal`, { ...terms, ...change }));
    expect(await of({ office: 'minami' })).toBe('400 invalid-input');
    expect(await of({ duties: ['receive'] })).toBe('400 invalid-input');
    expect(await of({ agreement: '1' })).toBe('400 invalid-input');
    expect(await of({ role: 'officer', office: 'nowhere', duties: ['receive'] })).toBe('404 unknown-office');
    expect(await of({ role: 'relyingParty', assumedPurpose: 'tax' })).toBe('400 invalid-input');
    expect(await of({ role: 'mayor' })).toBe('400 invalid-input');
  });
});

it('a cursor belongs to its list', async () => {
  const first = await doors.ok(200, doors.ask(NODA, 'GET', `${PRINCIPALS}?limit=1`));
  expect(first.principals).toHaveLength(1);
  const next = `${PRINCIPALS}?limit=1&cursor=${encodeURIComponent(first.cursor)}`;
  const second = await doors.ok(200, doors.ask(NODA, 'GET', next));
  expect(second.principals[0].id > first.principals[0].id).toBe(true);
  expect(await doors.refused(doors.ask(NODA, 'GET', `${next}x`))).toBe('400 cursor-invalid');
  expect(await doors.refused(doors.ask(NODA, 'GET', `${PRINCIPALS}?limit=101`))).toBe('400 invalid-input');
});

it('a person has one role, and one id stays with one person', async () => {
  const path = `${PRINCIPALS}/minami-chief`;
  const terms = officer('責任者', 'responsible');
  const proposed = (change: object) =>
    doors.refused(doors.ask(SAKAI, 'POST', `${path}/proposal`, { ...terms, ...change }));
  expect(await proposed({ person: 'somebody-else' })).toBe('400 invalid-input');
  expect(await proposed({ role: 'auditor', office: undefined, duties: undefined })).toBe('400 invalid-input');
});

it('past the term nobody is let in', async () => {
  const until = new Date(service.now() + 86_400_000).toISOString();
  const path = `${PRINCIPALS}/minami-temp`;
  const terms = { ...officer('臨時', 'receive'), until };
  const { invitation } = await doors.ok(201, doors.ask(chief, 'POST', `${path}/invitation`, terms));
  const temp = await doors.enter(invitation, chief);
  expect(await doors.ok(200, doors.ask(temp, 'GET', '/api/v1/whoami'))).toMatchObject({ until });
  service.advance(2 * 86_400_000);
  expect(await doors.refused(doors.ask(temp, 'GET', '/api/v1/whoami'))).toBe('403 not-in-force');
});
