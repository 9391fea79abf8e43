import { describe, expect, it } from 'vitest';
import type { ListedRevocations } from '../../lib/audit/listed-revocations.ts';
import {
  act,
  CA,
  crl,
  DAY,
  damages,
  entry,
  HOUR,
  ISSUED,
  iso,
  issuance,
  judged,
  listed,
  NOW,
  publication,
} from './incidents.ts';

describe('a CRL, about a certificate that was released from hold', () => {
  const [held, released, revoked] = [NOW - 10 * DAY, NOW - 8 * DAY, NOW - 6.5 * DAY];
  const hold = entry('01aa', held, 'certificateHold');
  const acts = [issuance('01aa'), act('hold', '01aa', held), act('release', '01aa', released)];
  const again = [...acts, act('revocation', '01aa', revoked)];
  const during = [publication(1, held - DAY), publication(2, held + DAY), publication(3, released + DAY)];
  const after = [...during, publication(4, revoked + DAY)];
  const good = [crl(1, held - DAY, []), crl(2, held + DAY, [hold]), crl(3, released + DAY, [])];

  it('says what was so at its own time', () => {
    expect(damages([...acts, ...during], good, [], released + DAY)).toEqual([]);
    const last = crl(4, revoked + DAY, [entry('01aa', revoked)]);
    expect(damages([...again, ...after], [...good, last], [], revoked + DAY)).toEqual([]);
  });

  it('lists it where it is revoked again', () => {
    const last = crl(4, revoked + DAY, []);
    expect(damages([...again, ...after], [...good, last], [], revoked + DAY)).toEqual(['crl-incomplete']);
  });

  it('leaves it out where it is good, and has the entry of that very time', () => {
    const stays = crl(3, released + DAY, [hold]);
    const early = crl(1, held - DAY, [hold]);
    const records = [...acts, ...during];
    expect(damages(records, [good[0], good[1], stays] as ListedRevocations[], [], released + DAY)).toEqual([
      'crl-excess',
    ]);
    expect(damages(records, [early, good[1], good[2]] as ListedRevocations[], [], released + DAY)).toEqual([
      'crl-excess',
    ]);
    const former = crl(4, revoked + DAY, [hold]);
    expect(damages([...again, ...after], [...good, former], [], revoked + DAY)).toEqual(['crl-differs']);
  });

  it('may say either near an act, or what was recorded while it was made', () => {
    for (const entries of [[], [hold]]) {
      const near = [publication(2, released - 5000)];
      expect(damages([...acts, ...near], [crl(2, released - 5000, entries)], [], released)).toEqual([]);
    }
  });

  it('keeps the time of the first revocation when a later one raises the reason', () => {
    const risen = [
      ...again,
      act('revocation', '01aa', revoked + HOUR, {
        reason: 'keyCompromise',
        revocationTime: iso(revoked),
        invalidityDate: iso(held),
      }),
      ...after,
    ];
    const raised = { ...entry('01aa', revoked, 'keyCompromise'), invalidityDate: held };
    const judge = (one: ListedRevocations['entries'][number]) =>
      damages(risen, [crl(4, revoked + DAY, [one])], [], revoked + DAY);
    expect(judge(raised)).toEqual([]);
    expect(judge({ ...raised, revocationTime: revoked + HOUR })).toEqual(['crl-differs']);
    expect(judge(entry('01aa', revoked))).toEqual(['crl-differs']);
  });
});

describe('an entry of a CRL', () => {
  const notAfter = NOW - 3 * DAY;
  const revoked = NOW - 20 * DAY;
  const records = [issuance('01aa', { notAfter }), act('revocation', '01aa', revoked)];
  const times = [notAfter - HOUR, notAfter + HOUR, notAfter + DAY];
  const published = times.map((time, i) => publication(i + 1, time));
  const full = [entry('01aa', revoked)];

  it('leaves after a CRL has listed it beyond the end of its certificate, and not before', () => {
    const crls = (second: ListedRevocations['entries'], third: ListedRevocations['entries']) =>
      [full, second, third].map((entries, i) => crl(i + 1, times[i] as number, entries));
    expect(damages([...records, ...published], crls(full, []), [], notAfter + DAY)).toEqual([]);
    expect(damages([...records, ...published], crls(full, full), [], notAfter + DAY)).toEqual([]);
    expect(judged([...records, ...published], crls([], []), [], notAfter + DAY)).toMatchObject([
      { damage: 'crl-entry-left-early', facts: { certificate: `${CA}/01aa`, crl: 'd2' } },
    ]);
  });

  it('stands once in it', () => {
    const twice = crl(1, times[0] as number, [...full, ...full]);
    expect(damages([...records, ...published], [twice], [], notAfter)).toEqual(['crl-entry-repeated']);
  });
});

describe('the scope of a CRL', () => {
  const old = 'http://old.example/crl';
  const present = 'http://present.example/crl';
  const madeAt = NOW - DAY;
  const records = [
    publication(1, madeAt),
    issuance('01aa'),
    issuance('01bb', { time: ISSUED - DAY, notAfter: madeAt - HOUR }),
    issuance('01cc', { time: madeAt + HOUR }),
  ];
  const lists = [
    listed('01aa', { crlAddresses: [present] }),
    listed('01bb', { crlAddresses: [old] }),
    listed('01cc', { crlAddresses: ['http://next.example/crl'] }),
  ];

  it('has the address of every certificate that was valid when it was made', () => {
    const judge = (addresses?: readonly string[]) =>
      judged(records, [crl(1, madeAt, [], { addresses })], lists);
    expect(judge([present])).toEqual([]);
    expect(judge(undefined)).toEqual([]);
    expect(judge([old])).toMatchObject([
      { damage: 'crl-address-missing', facts: { address: present, certificate: `${CA}/01aa` } },
    ]);
  });

  it('is compared with the addresses of certificates before and after a time without any', () => {
    const more = [issuance('01dd', { time: ISSUED - 90 * DAY, notAfter: ISSUED - 50 * DAY }), ...records];
    const all = [...lists, listed('01dd', { crlAddresses: [present] })];
    const judge = (time: number) =>
      damages([publication(2, time), ...more], [crl(2, time, [], { addresses: [] })], all);
    expect(judge(ISSUED - 60 * DAY)).toContain('crl-address-missing');
    expect(judge(ISSUED - 30 * DAY)).not.toContain('crl-address-missing');
  });
});

describe('the CRLs of a CA', () => {
  const last = NOW - 2 * DAY + HOUR;
  const own = [issuance('01aa'), publication(1, last - DAY), publication(2, last)];

  it('go on until its last certificate ends', () => {
    expect(damages(own)).toEqual([]);
    expect(judged(own, [], [], NOW + DAY)).toMatchObject([
      { damage: 'crl-stopped', facts: { ca: CA, number: 2, certificate: `${CA}/01aa` } },
    ]);
    expect(damages(own, [], [], NOW + 301 * DAY)).toEqual([]);
    // The CA's own certificate outlives those that it issued.
    const empty = [issuance('01aa', { profile: 'ca' }), ...own.slice(1)];
    expect(damages(empty, [], [], NOW + DAY)).toEqual([]);
  });

  it('leave no time between them', () => {
    const late = publication(3, last + 2 * DAY + HOUR);
    expect(judged([...own, late])).toMatchObject([
      { damage: 'crl-gap', facts: { ca: CA, number: 3, before: 2 } },
    ]);
    expect(damages([...own, publication(3, last + 2 * DAY + 60_000)])).toEqual([]);
    // A CRL that was never current ends nothing, and one whose predecessor is not on record proves nothing.
    expect(damages([...own, publication(3, last + 9 * DAY, { previous: 7 })])).toEqual([]);
  });
});

describe('two lists of a CA', () => {
  const USERS = 'onlyContainsUserCerts';
  const OWN = 'onlyContainsCACerts';
  const own = issuance('01ca', { profile: 'ca' });
  const revoked = NOW - 10 * DAY;
  const madeAt = NOW - DAY;
  const acts = [
    own,
    issuance('01aa'),
    act('revocation', '01aa', revoked),
    act('revocation', '01ca', revoked),
  ];
  /** The one of the CA's own certificate; its digests are others. */
  const ofOwn = (number: number, thisUpdate: number, more = {}) =>
    publication(number, thisUpdate, { partition: 'authority', only: OWN, digest: `a${number}`, ...more });
  const both = [publication(1, madeAt, { only: USERS }), ofOwn(1, madeAt)];
  const judge = (users: readonly string[], authority: readonly string[], records = both) => {
    const lists = [
      crl(
        1,
        madeAt,
        users.map((serial) => entry(serial, revoked)),
        { only: USERS },
      ),
      crl(
        1,
        madeAt,
        authority.map((serial) => entry(serial, revoked)),
        {
          only: OWN,
          digest: 'a1',
          partition: 'authority',
        },
      ),
    ];
    return judged([...acts, ...records], lists);
  };

  it('list what each covers, and no more', () => {
    expect(judge(['01aa'], ['01ca'])).toEqual([]);
    expect(judge([], ['01ca'])).toMatchObject([
      { damage: 'crl-incomplete', facts: { certificate: `${CA}/01aa`, partition: 'full' } },
    ]);
    expect(judge(['01aa'], [])).toMatchObject([
      { damage: 'crl-incomplete', facts: { certificate: `${CA}/01ca`, partition: 'authority' } },
    ]);
    expect(judge(['01aa', '01ca'], ['01ca'])).toMatchObject([
      { damage: 'crl-excess', facts: { certificate: `${CA}/01ca`, crl: 'd1' } },
    ]);
    expect(judge(['01aa'], ['01aa', '01ca'])).toMatchObject([
      { damage: 'crl-excess', facts: { certificate: `${CA}/01aa`, crl: 'a1' } },
    ]);
  });

  it('are judged by what their records say that they cover', () => {
    const wider = [publication(1, madeAt), ofOwn(1, madeAt)];
    expect(judge(['01aa'], ['01ca'], wider)).toMatchObject([
      { damage: 'crl-incomplete', facts: { certificate: `${CA}/01ca`, partition: 'full' } },
    ]);
  });

  it('both go on, from the day on which the first is narrower', () => {
    const good = [own, issuance('01aa')];
    const times = [NOW - 5 * DAY, NOW - 3 * DAY, NOW - DAY];
    const complete = times.map((time, i) => publication(i + 1, time));
    const users = times.map((time, i) => publication(i + 1, time, { only: USERS }));
    const authority = times.map((time, i) => ofOwn(i + 1, time));
    expect(damages([...good, ...complete])).toEqual([]);
    expect(damages([...good, ...users, ...authority])).toEqual([]);
    expect(judged([...good, ...users])).toMatchObject([
      { damage: 'crl-stopped', facts: { ca: CA, scope: OWN, certificate: `${CA}/01aa` } },
    ]);
    expect(judged([...good, ...users, ...authority.slice(0, 2)], [], [], NOW + HOUR)).toMatchObject([
      { damage: 'crl-stopped', facts: { ca: CA, partition: 'authority', number: 2 } },
    ]);
    expect(judged([...good, ...users, authority[0] as never, ofOwn(2, times[2] as number)])).toMatchObject([
      { damage: 'crl-gap', facts: { ca: CA, partition: 'authority', number: 2, before: 1 } },
    ]);
    // A complete one covers the CA's certificate too, before and after.
    const narrower = [...complete.slice(0, 1), ...users.slice(1), ...authority.slice(1)];
    expect(damages([...good, ...narrower])).toEqual([]);
    const wider = [...users.slice(0, 1), ...complete.slice(1), ...authority.slice(0, 1)];
    expect(damages([...good, ...wider])).toEqual([]);
    const back = [publication(4, NOW + DAY, { only: USERS }), ofOwn(2, NOW + DAY)];
    expect(damages([...good, ...wider, ...back], [], [], NOW + DAY)).toEqual([]);
  });
});
