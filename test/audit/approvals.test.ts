import { describe, expect, it } from 'vitest';
import { type Finding, openApprovalCheck } from '../../lib/audit/audit.ts';
import type { ActDraft, LedgerRecord } from '../../lib/ledger/ledger.ts';

/* The audit of certificates and amendments, by the records that these name as their basis. */

const NOW = Date.parse('2040-01-01T00:00:00Z');
const YEAR = 365.25 * 86_400_000;
let ids = 0;

type Act = LedgerRecord & { readonly kind: ActDraft['kind'] };

const record = (draft: ActDraft, time = NOW - 86_400_000): Act => ({
  ...draft,
  id: Math.floor(time).toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0'),
  time: new Date(time).toISOString(),
  salt: '00'.repeat(16),
});

const about = {
  request: 'r-1',
  profile: 'seal',
  profileVersion: 1,
  publicKeyDigest: 'aa',
  applicationDigest: 'ab',
};
/** What both examinations bind. */
const examined = { round: 1, certificateDigest: 'ac' };

const act = (person: string, kind: 'submission' | 'examination', said: object, more: object = {}): Act =>
  record({ kind, actor: `id-of-${person}`, office: 'hino', details: { ...about, ...said, person, ...more } });

const acts = (more: object = {}): [Act, Act, Act] => [
  act('tanaka', 'submission', { act: 'submitted' }, more),
  act('sato', 'examination', { stage: 'office', decision: 'approve', ...examined }, more),
  act('yamada', 'examination', { stage: 'centre', decision: 'approve', ...examined }, more),
];

const issuance = (basis: readonly Act[], more: Partial<ActDraft> = {}, time?: number): Act =>
  record(
    {
      kind: 'issuance',
      actor: 'id-of-yamada',
      office: 'hino',
      certificates: [{ ca: 'ca-1', serial: '01' }],
      details: {
        order: 'r-1',
        profile: 'seal',
        profileVersion: 1,
        publicKeyDigest: 'aa',
        basis: basis.map(({ id }) => id),
      },
      ...more,
    },
    time,
  );

const changed = (one: Act, more: object): Act => ({ ...one, details: { ...one.details, ...more } as never });

const open = () => {
  const found: Finding[] = [];
  const check = openApprovalCheck({
    report: (damage, facts) => found.push({ damage, facts }),
    retention: 10 * YEAR,
    now: NOW,
  });
  return { check, found };
};

/** The act on the office that leads to this state. */
const office = (id: string, number: number, state: object, time: number): Act =>
  record(
    {
      kind: 'enrolment',
      actor: 'operator',
      details: {
        act: 'changed',
        subject: 'office',
        id,
        state: { standing: 'open', from: new Date(0).toISOString(), ...state } as never,
        closes: { act: `office.${id}`, number },
      },
    },
    time,
  );

/** For each certificate or amendment, the names of its missing records, if the audit reads these in this order. */
const missingOf = (...records: readonly Act[]): readonly unknown[] => {
  const { check, found } = open();
  for (const one of records) if (one.kind === 'enrolment') check.expect(one);
  for (const one of records) check.observe(one, false);
  check.conclude();
  for (const { damage, facts } of found) {
    expect(damage).toBe('amendment' in facts ? 'amendment-not-recorded' : 'approval-not-recorded');
  }
  return found.map(({ facts }) => facts.missing);
};

describe('a certificate', () => {
  it('rests on its three acts, in whatever order they are read', () => {
    const [submission, office, centre] = acts();
    const issued = issuance([submission, office, centre]);
    const all = [submission, office, centre, issued];
    expect(missingOf(...all)).toEqual([]);
    expect(missingOf(...all.toReversed())).toEqual([]);
    expect(missingOf(office, issued, submission, centre)).toEqual([]);
  });

  it('is named with the acts that it lacks', () => {
    const three = acts();
    const issued = issuance(three);
    const { check, found } = open();
    check.observe(issued, false);
    check.observe(three[0], false);
    check.conclude();
    expect(found).toEqual([
      {
        damage: 'approval-not-recorded',
        facts: { certificate: 'ca-1/01', record: issued.id, missing: 'office, centre' },
      },
    ]);
    expect(missingOf(issuance([]))).toEqual(['submission, office, centre']);
    expect(missingOf(record({ ...issued, details: { order: 'r-1' } }), ...three)).toEqual([
      'submission, office, centre',
    ]);
  });

  it.each<[string, string, (three: [Act, Act, Act]) => readonly Act[]]>([
    ['of another request', 'office', ([a, b, c]) => [a, changed(b, { request: 'r-2' }), c]],
    ['of another public key', 'submission', ([a, b, c]) => [changed(a, { publicKeyDigest: 'bb' }), b, c]],
    ['of another version of the profile', 'centre', ([a, b, c]) => [a, b, changed(c, { profileVersion: 2 })]],
    ['about another application', 'office', ([a, b, c]) => [a, changed(b, { applicationDigest: 'bb' }), c]],
    ['of another round', 'centre', ([a, b, c]) => [a, b, changed(c, { round: 2 })]],
    ['about another certificate', 'centre', ([a, b, c]) => [a, b, changed(c, { certificateDigest: 'bb' })]],
    ['of another office', 'office', ([a, b, c]) => [a, { ...b, office: 'nara' }, c]],
    ['that rejects', 'centre', ([a, b, c]) => [a, b, changed(c, { decision: 'reject' })]],
    ['of the other stage', 'office', ([a, b, c]) => [a, changed(b, { stage: 'centre' }), c]],
    ['that withdraws', 'submission', ([a, b, c]) => [changed(a, { act: 'withdrawn' }), b, c]],
    ['of another kind', 'office', ([a, b, c]) => [a, { ...b, kind: 'submission' }, c]],
    ['by an actor who acted before', 'centre', ([a, b, c]) => [a, b, { ...c, actor: a.actor }]],
    ['by a person who acted before', 'centre', ([a, b, c]) => [a, b, changed(c, { person: 'tanaka' })]],
    [
      'that was later than it',
      'centre',
      ([a, b, c]) => [a, b, { ...c, time: new Date(NOW - 3_600_000).toISOString() }],
    ],
  ])('does not rest on an act %s', (_, name, change) => {
    const three = acts();
    expect(missingOf(...change(three), issuance(three))).toEqual([name]);
  });

  describe('whose office ended and left its affairs to another one', () => {
    const DAY = 86_400_000;
    const end = (
      office: string,
      successor: string | undefined,
      time = NOW - 2 * DAY,
      more: object = {},
    ): Act =>
      record(
        {
          kind: 'enrolment',
          actor: 'operator',
          details: {
            act: 'ended',
            subject: 'office',
            id: office,
            state: { standing: 'ended', ...(successor !== undefined && { successor }), ...more },
          },
        },
        time,
      );
    const examinedBy = (actingOffice: unknown): readonly [Act, Act, Act] => {
      const [a, b, c] = acts();
      return [a, changed(b, { actingOffice }), c];
    };

    it.each<[string, readonly Act[], unknown]>([
      ['its successor', [end('hino', 'nara')], 'nara'],
      ['the successor of its successor', [end('hino', 'nara'), end('nara', 'uji', NOW - DAY)], 'uji'],
      ['a successor that ended later', [end('hino', 'nara'), end('nara', undefined, NOW)], 'nara'],
    ])('rests on an examination by %s', (_, ends, acting) => {
      const three = examinedBy(acting);
      const all = [...three, issuance(three), ...ends];
      expect(missingOf(...all)).toEqual([]);
      expect(missingOf(...all.toReversed())).toEqual([]);
    });

    it.each<[string, readonly Act[], unknown]>([
      ['an office that took nothing over', [end('hino', 'nara')], 'uji'],
      ['an office while the own one was open', [], 'nara'],
      ['one that took it over afterwards', [end('hino', 'nara', NOW - DAY / 2)], 'nara'],
      ['one that took over another one', [end('uji', 'nara')], 'nara'],
      [
        'one that was only to take it over',
        [end('hino', 'nara', NOW - 2 * DAY, { standing: 'open' })],
        'nara',
      ],
      ['the ended office itself', [end('hino', 'nara')], 'hino'],
      ['an office without an id', [end('hino', 'nara')], 7],
    ])('does not rest on an examination by %s', (_, ends, acting) => {
      const three = examinedBy(acting);
      expect(missingOf(...three, issuance(three), ...ends)).toEqual(['office']);
    });

    it('has no other act in its place', () => {
      const ends = [end('hino', 'nara')];
      const [a, b, c] = acts();
      const submitted = [changed(a, { actingOffice: 'nara' }), b, c] as const;
      expect(missingOf(...submitted, issuance(submitted), ...ends)).toEqual(['submission']);
      const [d, e, f] = acts();
      const approved = [d, e, changed(f, { actingOffice: 'nara' })] as const;
      expect(missingOf(...approved, issuance(approved), ...ends)).toEqual(['centre']);
    });

    it('does not rest on an end whose record is not in the log, unless that is recorded as lost', () => {
      for (const lost of [false, true]) {
        const [three, ended] = [examinedBy('nara'), end('hino', 'nara')];
        const { check, found } = open();
        for (const one of [...three, issuance(three), ended]) check.observe(one, true);
        check.retract({ id: ended.id, kind: 'enrolment', time: NOW, expired: false, lost });
        check.conclude();
        expect(found.map(({ facts }) => facts.missing)).toEqual(lost ? [] : ['office']);
      }
    });
  });

  describe('with office approval', () => {
    const HOUR = 3_600_000;
    const EXAMINED_AT = NOW - 24 * HOUR;
    const ASKS = { officeApproval: true };
    const four = (more: object = {}): readonly [Act, Act, Act, Act] => {
      const [a, b, c] = acts();
      const approval = { stage: 'office-approval', decision: 'approve', ...examined };
      return [a, b, act('abe', 'examination', approval, more), changed(c, ASKS)];
    };

    it('rests on four acts, in whatever order they are read', () => {
      const all = [...four()];
      const read = [...all, issuance(all)];
      expect(missingOf(...read)).toEqual([]);
      expect(missingOf(...read.toReversed())).toEqual([]);
      // Switched off before the centre examined it.
      const [a, b, c, d] = four();
      const unasked = [a, b, c, changed(d, { officeApproval: undefined })];
      expect(missingOf(...unasked, issuance(unasked))).toEqual([]);
    });

    it.each<[string, string, (four: readonly [Act, Act, Act, Act]) => readonly Act[]]>([
      ['the approval', 'office-approval', ([a, b, , d]) => [a, b, d]],
      ['its person', 'office-approval', ([a, b, c, d]) => [a, b, changed(c, { person: 'sato' }), d]],
      ['its actor', 'office-approval', ([a, b, c, d]) => [a, b, { ...c, actor: a.actor }, d]],
      ['its stage', 'office-approval', ([a, b, c, d]) => [a, b, changed(c, { stage: 'office' }), d]],
      ['its decision', 'office-approval', ([a, b, c, d]) => [a, b, changed(c, { decision: 'reject' }), d]],
      ['its round', 'office-approval', ([a, b, c, d]) => [a, b, changed(c, { round: 2 }), d]],
      ['its office', 'office-approval', ([a, b, c, d]) => [a, b, changed(c, { actingOffice: 'nara' }), d]],
      [
        'the first examination',
        'office',
        ([a, b, c, d]) => [a, changed(b, { stage: 'office-approval' }), c, d],
      ],
      ['the centre', 'centre', ([a, b, c, d]) => [a, b, c, changed(d, { person: 'abe' })]],
    ])('is named where %s does not fit', (_, name, change) => {
      const changedActs = change(four());
      expect(missingOf(...changedActs, issuance(changedActs))).toEqual([name]);
      expect(missingOf(issuance(changedActs), ...changedActs)).toEqual([name]);
    });

    it.each<[string, readonly Act[], boolean]>([
      ['asked for it', [office('hino', 1, ASKS, EXAMINED_AT - HOUR)], true],
      ['asked for nothing', [office('hino', 1, {}, EXAMINED_AT - HOUR)], false],
      ['asked for it later', [office('hino', 1, {}, 0), office('hino', 2, ASKS, EXAMINED_AT + HOUR)], false],
      ['no longer asked', [office('hino', 1, ASKS, 0), office('hino', 2, {}, EXAMINED_AT - HOUR)], false],
      ['asked at that moment', [office('hino', 1, {}, 0), office('hino', 2, ASKS, EXAMINED_AT)], false],
      ['was not the one that asked', [office('nara', 1, ASKS, 0)], false],
      [
        'had left its affairs to one that asked for it',
        [office('hino', 1, { standing: 'ended', successor: 'nara' }, 0), office('nara', 1, ASKS, 0)],
        true,
      ],
      [
        'had asked for it and left its affairs to one that does not',
        [office('hino', 1, { standing: 'ended', successor: 'nara', ...ASKS }, 0), office('nara', 1, {}, 0)],
        false,
      ],
      ...[{}, ASKS].map((its): [string, readonly Act[], boolean] => [
        `asked for it, and at that moment left its affairs to one that asks for ${its === ASKS ? 'it' : 'nothing'}`,
        [
          office('hino', 1, ASKS, 0),
          office('hino', 2, { standing: 'ended', successor: 'nara', ...ASKS }, EXAMINED_AT),
          office('nara', 1, its, 0),
        ],
        its === ASKS,
      ]),
      [
        'asked for it, and ended at that moment',
        [office('hino', 1, ASKS, 0), office('hino', 2, { standing: 'ended', ...ASKS }, EXAMINED_AT)],
        true,
      ],
      [
        'had ended in a circle',
        [office('hino', 1, { standing: 'ended', successor: 'hino', ...ASKS }, 0)],
        false,
      ],
    ])('is judged by the acts on the office, which %s', (_, changes, isMissing) => {
      const three = acts();
      const read = [...three, issuance(three), ...changes];
      expect(missingOf(...read)).toEqual(isMissing ? ['office-approval'] : []);
      expect(missingOf(...read.toReversed())).toEqual(isMissing ? ['office-approval'] : []);
    });

    it('is not missed where what switched it off may be among the records that are lost', () => {
      for (const lost of [false, true]) {
        const [three, asked] = [acts(), office('hino', 1, ASKS, 0)];
        const { check, found } = open();
        check.expect(asked);
        for (const one of [asked, ...three, issuance(three)]) check.observe(one, false);
        check.retract({ id: 'another', kind: 'enrolment', time: NOW, expired: false, lost });
        check.conclude();
        expect(found.map(({ facts }) => facts.missing)).toEqual(lost ? [] : ['office-approval']);
      }
    });
  });

  it('may be of a later version of the profile than the one that was applied for', () => {
    const three = acts();
    const issued = issuance(three);
    expect(missingOf(...three, changed(issued, { profileVersion: 2 }))).toEqual([]);
  });

  it('shares its acts with no other', () => {
    const three = acts();
    const two = [issuance(three), issuance(three, { certificates: [{ ca: 'ca-1', serial: '02' }] })] as const;
    expect(missingOf(...two, ...three)).toEqual(['submission, office, centre']);
    expect(missingOf(...three, ...two)).toEqual(['submission, office, centre']);
    expect(missingOf(two[0], ...three, two[1])).toEqual(['submission, office, centre']);
  });

  it('of the service itself needs none', () => {
    const { office: _, ...own } = issuance([]);
    expect(missingOf(own)).toEqual([]);
  });

  it('needs its acts until their retention is over, to the day', () => {
    expect(missingOf(issuance(acts(), {}, NOW - 10 * YEAR - 86_400_000))).toEqual([]);
    expect(missingOf(issuance(acts(), {}, NOW - 10 * YEAR + 86_400_000))).toHaveLength(1);
  });

  it('does not rest on a record that is read before its leaf and turns out to have none', () => {
    for (const order of ['before', 'after'] as const) {
      const three = acts();
      const { check, found } = open();
      if (order === 'before') check.observe(issuance(three), true);
      for (const one of three) check.observe(one, true);
      if (order === 'after') check.observe(issuance(three), true);
      const { id, kind } = three[1];
      check.retract({ id, kind, time: NOW, expired: false, lost: false });
      check.conclude();
      expect(found.map(({ facts }) => facts.missing)).toEqual(['office']);
    }
  });
});

describe('an amendment that was applied', () => {
  const files = { amendment: 'a-1', before: '11', after: '22' };
  const step = (name: string, person: string, more: object = {}): Act =>
    record({
      kind: 'trust-domain',
      actor: `id-of-${person}`,
      details: { step: name, person, ...files, ...more },
    });
  const applied = (...basis: readonly Act[]): Act =>
    step('applied', 'service', { basis: basis.map(({ id }) => id) });

  it('rests on its proposal and on its approval by another person, of the same files', () => {
    const proposed = step('proposed', 'sakai');
    const approved = step('approved', 'noda');
    const all = [proposed, approved, applied(proposed, approved)];
    expect(missingOf(...all)).toEqual([]);
    expect(missingOf(...all.toReversed())).toEqual([]);
    expect(missingOf(proposed, applied(proposed, approved))).toEqual(['approved']);
    expect(missingOf(proposed, applied(proposed, proposed))).toEqual(['approved']);
    expect(missingOf(proposed, approved, applied())).toEqual(['proposed, approved']);
    for (const wrong of [
      step('approved', 'sakai'),
      step('approved', 'noda', { person: 'sakai' }),
      step('approved', 'noda', { after: '33' }),
      step('approved', 'noda', { before: '00' }),
      step('approved', 'noda', { amendment: 'a-2' }),
      step('rejected', 'noda', { amendment: 'a-2' }),
    ]) {
      expect(missingOf(proposed, wrong, applied(proposed, wrong))).toEqual(['approved']);
    }
  });

  it('was not rejected', () => {
    const proposed = step('proposed', 'sakai');
    const approved = step('approved', 'noda');
    expect(missingOf(proposed, approved, step('rejected', 'noda'), applied(proposed, approved))).toEqual([
      'approved',
    ]);
    expect(missingOf(proposed, approved, step('rejected', 'noda'))).toEqual([]);
  });
});
