import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { auditOf } from '../world.ts';
import { type ActRecord, changed, judged, lawfulLife, type Reading, registerOf } from './enrolment-life.ts';

/* The records of a lawful life, and the same with one thing in them that is not lawful. */

const DAY_MS = 86_400_000;

let ground: Ground;
let house: Service;
let records: readonly ActRecord[];
beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  records = await lawfulLife(house);
});
afterAll(() => ground.close());

const found = (read: readonly ActRecord[], more: Partial<Reading> = {}): readonly string[] =>
  judged(read, { now: house.now(), shown: registerOf(records), ...more });

const inPlaceOf = (record: ActRecord, other: ActRecord): readonly ActRecord[] =>
  records.map((one) => (one === record ? other : one));

const without = (...gone: readonly ActRecord[]): readonly ActRecord[] =>
  records.filter((record) => !gone.includes(record));

/** The act of that name on the subject; the last one where there are several. */
const actOn = (subject: string, act: string): ActRecord =>
  records.findLast(
    ({ kind, details }) => kind === 'enrolment' && details.act === act && details.id === subject,
  ) as ActRecord;

const afterDays = (days: number): string => new Date(house.now() + days * DAY_MS).toISOString();

const by = (actor: string, office?: string) => ({ actor, 'details.person': actor, office });

type To = Readonly<Record<string, unknown>>;

const UNLAWFUL: readonly (readonly [string, string, To | (() => To), string])[] = [
  ['by the one who proposed it', 'kita opened', by('operator-noda'), 'same-person'],
  [
    'by that person under another id',
    'kita opened',
    () => ({ 'details.person': actOn('kita', 'proposed').details.person }),
    'same-person',
  ],
  ['without a proposal', 'kita opened', { 'details.confirms': undefined }, 'proposal'],
  ['by another proposal', 'minami changed', { 'details.confirms': 'other' }, 'proposal'],
  ['with other profiles', 'kita opened', { 'details.state.profiles': [] }, 'state'],
  ['with other attributes', 'kita opened', { 'details.state.contents': '00' }, 'state'],
  ['after the proposal lapsed', 'kita opened', () => ({ time: afterDays(60) }), 'lapsed'],
  ['by an officer', 'kita opened', { office: 'minami' }, 'actor'],
  ['by one operator', 'minami-chief invited', { 'details.confirms': undefined }, 'actor'],
  ['with other duties', 'minami-chief invited', { 'details.state.duties': ['examine'] }, 'state'],
  [
    'of an auditor by a responsible person',
    'second-auditor invited',
    {
      ...by('minami-chief', 'minami'),
      'details.confirms': undefined,
      'details.state.invitation.person': 'minami-chief',
    },
    'actor',
  ],
  [
    'by an officer without the duty',
    'clerk invited',
    { ...by('counter', 'minami'), 'details.state.invitation.person': 'counter' },
    'actor',
  ],
  ['into another office', 'clerk invited', { 'details.state.office': 'kita' }, 'actor'],
  ['by another invitation', 'clerk key-brought', { 'details.state.brought.invitation': 'ff' }, 'state'],
  ['with more duties', 'clerk key-brought', { 'details.state.duties': ['responsible'] }, 'state'],
  ['that makes itself active', 'clerk key-brought', { 'details.state.standing': 'active' }, 'state'],
  ['after its term', 'clerk key-brought', () => ({ time: afterDays(30) }), 'lapsed'],
  ['of another key', 'clerk enrolled', { 'details.state.key.keyIdentity': 'other' }, 'key'],
  ['by an officer without the duty', 'clerk enrolled', by('counter', 'minami'), 'actor'],
  [
    'by the operator who got the invitation',
    'second-auditor enrolled',
    () => {
      const { person } = actOn('second-auditor', 'invited').details;
      return { actor: 'operator-noda', 'details.person': person };
    },
    'same-person',
  ],
  ['of another person', 'clerk enrolled', { 'details.state.person': 'somebody' }, 'person'],
  ['in another role', 'clerk enrolled', { 'details.state.role': 'operator' }, 'role'],
  ['by another officer', 'counter suspended', by('clerk', 'minami'), 'actor'],
  ['by one operator', 'counter resumed', by('operator-noda'), 'actor'],
  ['that gives a key', 'clerk ended', { 'details.state.key.keyIdentity': 'other' }, 'state'],
  ['that nobody knows', 'clerk ended', { 'details.act': 'promoted' }, 'unknown-act'],
  ['with the name of every object', 'clerk ended', { 'details.act': 'constructor' }, 'unknown-act'],
];

describe('the acts on offices and principals', () => {
  it('are lawful as the service records them, and as it shows them', async () => {
    expect(found(records)).toEqual([]);
    expect((await auditOf(house)).found).toEqual([]);
  });

  it.each(UNLAWFUL)('are found %s: %s', (_, name, to, why) => {
    const [subject = '', act = ''] = name.split(' ');
    const record = actOn(subject, act);
    const unlawful = changed(record, typeof to === 'function' ? to() : to);
    expect(found(inPlaceOf(record, unlawful))).toContain(`enrolment-unlawful ${why}`);
  });

  it('may prepare what the service brings into force, and nothing else', () => {
    const last = actOn('counter', 'invited');
    const { number } = last.details.closes as { readonly number: number };
    const { invitation: _, ...state } = last.details.state as Readonly<Record<string, unknown>>;
    const effectiveFrom = afterDays(1);
    const preparing = changed(last, {
      ...by('minami-chief', 'minami'),
      id: `e${last.id.slice(1)}`,
      details: {
        ...last.details,
        act: 'prepared',
        person: 'minami-chief',
        confirms: undefined,
        prepared: { state: { ...state, duties: ['examine'] }, effectiveFrom },
        closes: { act: 'principal.counter', number: number + 1 },
      },
    });
    const done = changed(preparing, {
      id: `f${last.id.slice(1)}`,
      time: effectiveFrom,
      actor: 'service',
      office: undefined,
      details: {
        act: 'changed',
        subject: 'principal',
        id: 'counter',
        state: { ...state, duties: ['examine'] },
        confirms: preparing.id,
        closes: { act: 'principal.counter', number: number + 2 },
      },
    });
    const whyNot = (one: ActRecord, other: ActRecord): readonly string[] => {
      const read = [...records, one, other];
      return found(read, { shown: registerOf(read) });
    };
    expect(whyNot(preparing, done)).toEqual([]);
    const cases: readonly (readonly [ActRecord, ActRecord, string])[] = [
      [preparing, changed(done, { time: afterDays(0.5) }), 'time'],
      [preparing, changed(done, { 'details.state.duties': ['responsible'] }), 'state'],
      [preparing, changed(done, { 'details.confirms': last.id }), 'proposal'],
      [preparing, changed(done, { actor: 'operator-noda' }), 'proposal'],
      [changed(preparing, by('clerk', 'minami')), done, 'actor'],
      [changed(preparing, { 'details.prepared.state.office': 'kita' }), done, 'actor'],
      [changed(preparing, { 'details.prepared.state.person': 'other' }), done, 'person'],
      [changed(preparing, { 'details.confirms': last.id }), done, 'time'],
    ];
    for (const [one, other, why] of cases) expect(whyNot(one, other)).toContain(`enrolment-unlawful ${why}`);
  });

  it('are found where one follows an end', () => {
    const end = actOn('clerk', 'ended');
    const { number } = end.details.closes as { readonly number: number };
    const next = changed(end, {
      id: `f${end.id.slice(1)}`,
      'details.act': 'resumed',
      'details.state.standing': 'active',
      'details.closes.number': number + 1,
    });
    expect(found([...records, next])).toContain('enrolment-unlawful after-the-end');
  });

  it('are found where one is missing, unless it is gone after its time', () => {
    for (const act of [actOn('minami', 'proposed'), actOn('counter', 'suspended')]) {
      expect(found(without(act))).toContain('enrolment-missing');
      expect(found(without(act), { excused: [act] })).not.toContain('enrolment-missing');
    }
    const { id: from } = actOn('counter', 'resumed');
    const older = records.filter(
      ({ id, kind, details }) => kind === 'enrolment' && details.id === 'counter' && id < from,
    );
    expect(found(without(...older), { excused: older })).toEqual([]);
  });
});

describe('what rests on enrolment', () => {
  const credentialOf = (principal: string): ActRecord =>
    records.find(({ kind, details }) => kind === 'issuance' && details.keyHolder === principal) as ActRecord;

  it('a certificate names the act that confirmed its key', () => {
    const issuance = credentialOf('counter');
    for (const basis of [[], [actOn('counter', 'key-brought').id], [actOn('clerk', 'enrolled').id]]) {
      const other = inPlaceOf(issuance, changed(issuance, { 'details.basis': basis }));
      expect(found(other)).toContain('credential-not-enrolled');
    }
    const other = inPlaceOf(issuance, changed(issuance, { 'details.keyIdentity': 'other' }));
    expect(found(other)).toContain('credential-not-enrolled');
  });

  it('a certificate is revoked when its enrolment ends', () => {
    const serial = credentialOf('clerk').certificates?.[0]?.serial;
    const revocation = records.find(
      ({ kind, certificates }) => kind === 'revocation' && certificates?.[0]?.serial === serial,
    ) as ActRecord;
    expect(found(without(revocation))).toEqual(['credential-left']);
  });

  const first = (kind: ActRecord['kind'], actor: string): ActRecord =>
    records.find((record) => record.kind === kind && record.actor === actor) as ActRecord;

  it.each([
    ['without the duty to receive', 'submission counter', 'clerk', 'duty'],
    ['without the duty to examine', 'examination clerk', 'approver', 'duty'],
    ['without the duty to approve', 'examination approver', 'clerk', 'duty'],
    ['of whom nothing was confirmed', 'submission counter', 'late', 'not-in-force'],
  ] as const)('an act by somebody %s is found', (_, name, actor, why) => {
    const record = first(...(name.split(' ') as ['submission', string]));
    expect(found(inPlaceOf(record, changed(record, { actor })))).toEqual([`actor-not-in-force ${why}`]);
  });

  it('an act while its actor was suspended, or after the end, is found', () => {
    for (const [record, act, minutes] of [
      [first('submission', 'counter'), actOn('counter', 'resumed'), -5],
      [first('examination', 'clerk'), actOn('clerk', 'ended'), 1],
    ] as const) {
      const time = new Date(Date.parse(act.time) + minutes * 60_000).toISOString();
      expect(found(inPlaceOf(record, changed(record, { time })))).toEqual([
        'actor-not-in-force not-in-force',
      ]);
    }
  });
});

describe('the register', () => {
  it('is found to differ where a row was rolled back, deleted or forged, once for each', () => {
    const register = registerOf(records);
    const others = register.filter(([, { id }]) => id !== 'counter');
    const [own] = register.filter(([, { id }]) => id === 'counter');
    const { number = 0 } = own?.[1] ?? {};
    const shown = (more: object): Reading['shown'] => [
      ...others,
      ['principal', { id: 'counter', number, ...more }],
    ];
    const DIFFERS = ['enrolment-differs'];
    expect(found(records, { shown: others })).toEqual(DIFFERS);
    for (const other of [number - 1, number + 1, 0])
      expect(found(records, { shown: shown({ number: other }) })).toEqual(DIFFERS);
    // Its names are not those of the act.
    expect(found(records, { shown: shown({ standing: 'active' }) })).toEqual(DIFFERS);
    // The names of somebody who is still enrolled have not ended, whatever the service says.
    for (const state of ['ended', 'unreadable'])
      expect(
        found(records, { shown: shown({ standing: 'active', personalData: { state } }), retention: 0 }),
      ).toContain('enrolment-differs');
    expect(found(records, { shown: [...register, ['principal', { id: 'ghost', number: 1 }]] })).toEqual(
      DIFFERS,
    );
    const newest = actOn('counter', 'invited');
    expect(found(records, { shown: shown({ number: number - 1 }), newer: [newest] })).toEqual([]);
  });
});
