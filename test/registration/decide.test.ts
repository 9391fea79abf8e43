import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import {
  type Application,
  type Command,
  decide,
  type Ending,
  ended,
  type Request,
} from '../../lib/registration/decide.ts';
import { REQUEST_STATES, type RequestState } from '../../lib/registration/registration.ts';
import { PEOPLE, type Who } from './people.ts';

const at = '2026-11-22T00:00:00Z';
const certificate = { ca: 'organisation-1', serial: '01ff' };
const application: Application = {
  tenant: 'tokiwa',
  profile: 'seal',
  profileVersion: 1,
  keyAlgorithm: 'p-256',
  publicKeyDigest: '00'.repeat(32),
  applicationDigest: '11'.repeat(32),
  key: { identity: '22'.repeat(32) },
};

/** Commands as words, so that a sequence of them reads as a story. */
const WORDS = {
  submit: (who: Who): Command => ({ command: 'submit', actor: PEOPLE[who], at, application }),
  approve: (who: Who): Command => ({ command: 'examine', actor: PEOPLE[who], at, decision: 'approve' }),
  reject: (who: Who): Command => ({
    command: 'examine',
    actor: PEOPLE[who],
    at,
    decision: 'reject',
    reason: '添付書類の不足',
  }),
  withdraw: (who: Who): Command => ({ command: 'withdraw', actor: PEOPLE[who], at, reason: '誤り' }),
  // The same while office approval is asked for.
  approveAsked: (who: Who): Command => ({ ...WORDS.approve(who), officeApproval: true }) as Command,
  rejectAsked: (who: Who): Command => ({ ...WORDS.reject(who), officeApproval: true }) as Command,
} as const;

/** What the service itself makes of an approved request. */
const ENDS = {
  finish: { state: 'issued', certificate },
  fail: { state: 'failed', at, code: 'lint-failed', reason: 'It breaks a rule.' },
  lapse: { state: 'lapsed', at, round: 1, submitter: 'tanaka' },
} as const satisfies Record<string, Ending>;

type Word = keyof typeof WORDS | keyof typeof ENDS;
type Step = readonly [Word, Who];

const isEnd = (word: Word): word is keyof typeof ENDS => word in ENDS;

const step = (request: Request | undefined, word: Word, who: Who): Request => {
  if (!isEnd(word)) return decide(request, WORDS[word](who));
  if (request === undefined) throw new Fault('unknown-request', 'An end has a request.');
  return ended(request, ENDS[word]);
};

const run = (...steps: readonly Step[]): Request | undefined =>
  steps.reduce<Request | undefined>((request, [word, who]) => step(request, word, who), undefined);

const IN_STATE: Readonly<Record<RequestState, readonly Step[]>> = {
  submitted: [['submit', 'tanaka']],
  'examined-once': [
    ['submit', 'tanaka'],
    ['approveAsked', 'sato'],
  ],
  examined: [
    ['submit', 'tanaka'],
    ['approve', 'sato'],
  ],
  approved: [
    ['submit', 'tanaka'],
    ['approve', 'sato'],
    ['approve', 'yamada'],
  ],
  issued: [
    ['submit', 'tanaka'],
    ['approve', 'sato'],
    ['approve', 'yamada'],
    ['finish', 'yamada'],
  ],
  rejected: [
    ['submit', 'tanaka'],
    ['reject', 'sato'],
  ],
  withdrawn: [
    ['submit', 'tanaka'],
    ['withdraw', 'tanaka'],
  ],
  failed: [
    ['submit', 'tanaka'],
    ['approve', 'sato'],
    ['approve', 'yamada'],
    ['fail', 'yamada'],
  ],
};

const outcome = (request: Request | undefined, command: Command): string =>
  stateOr(() => decide(request, command));

const stateOr = (act: () => Request): string => {
  try {
    return act().state;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
};

/**
 * The outcome of a command, by its actor and the state before it; in the last column the request does not exist. An end that
 * stands makes the request what it is, whatever state its row says.
 */
const TABLE = `
                            submitted       examined-once   examined        approved        issued          rejected        withdrawn       failed          none
approve      suzuki         examined        forbidden       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      tanaka         same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      tanakaAgain    same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      sato           examined        same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      abe            forbidden       examined        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      mori           examined        examined        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      ito            unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request
approve      lost           forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
approve      yamada         wrong-state     approved        approved        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      suzukiAtCentre wrong-state     approved        approved        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approve      auditor        forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       unknown-request
approve      verifier       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
approve      holder         forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
approveAsked suzuki         examined-once   forbidden       forbidden       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked tanaka         same-person     same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked tanakaAgain    same-person     same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked sato           examined-once   same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked abe            forbidden       examined        examined        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked mori           examined-once   examined        examined        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked ito            unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request
approveAsked yamada         wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
approveAsked auditor        forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       unknown-request
reject       suzuki         rejected        forbidden       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
reject       tanaka         same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
reject       abe            forbidden       rejected        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
reject       mori           rejected        rejected        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
reject       ito            unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request
reject       yamada         wrong-state     rejected        rejected        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
reject       auditor        forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       unknown-request
reject       verifier       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
rejectAsked  abe            forbidden       rejected        rejected        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
rejectAsked  sato           rejected        same-person     same-person     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
rejectAsked  yamada         wrong-state     rejected        rejected        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
withdraw     tanaka         withdrawn       withdrawn       withdrawn       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
withdraw     suzuki         withdrawn       withdrawn       withdrawn       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
withdraw     abe            withdrawn       withdrawn       withdrawn       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     unknown-request
withdraw     ito            unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request unknown-request
withdraw     lost           forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
withdraw     yamada         forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       unknown-request
withdraw     auditor        forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       unknown-request
withdraw     holder         forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden       forbidden
finish       yamada         issued          issued          issued          issued          issued          issued          issued          issued          unknown-request
fail         yamada         failed          failed          failed          failed          failed          failed          failed          failed          unknown-request
lapse        yamada         submitted       submitted       submitted       submitted       submitted       submitted       submitted       submitted       unknown-request
submit       tanaka         wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     submitted
submit       abe            wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     forbidden
submit       lost           wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     forbidden
submit       yamada         wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     forbidden
submit       auditor        wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     forbidden
submit       verifier       wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     wrong-state     forbidden
`;

describe('who may do what, and when', () => {
  const [states, ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const cases = rows.map(([word, who, ...outcomes]) => [word as Word, who as Who, outcomes] as const);

  it('has an outcome for every state', () => expect(states).toEqual([...REQUEST_STATES, 'none']));

  it.each(cases)('%s by %s', (word, who, outcomes) => {
    const befores = [...REQUEST_STATES.map((state) => run(...IN_STATE[state])), undefined];
    expect(befores.map((before) => stateOr(() => step(before, word, who)))).toEqual(outcomes);
  });

  it('says which duty a step takes and who has acted, and counts another duty of the same person for nothing', () => {
    const messageOf = (command: Command, before: Request | undefined): string => {
      try {
        return decide(before, command).state;
      } catch (error) {
        return (error as Fault).message;
      }
    };
    const once = run(['submit', 'tanaka'], ['approveAsked', 'mori']);
    const another = 'hino-tanaka, hino-mori have acted already.';
    expect(messageOf(WORDS.approveAsked('mori'), once)).toMatch(
      `officer with the duty "approve"; ${another}`,
    );
    expect(messageOf(WORDS.approveAsked('sato'), once)).toMatch('has not given you the duty "approve"');
    expect(messageOf(WORDS.approveAsked('yamada'), once)).toMatch(
      'officer with the duty "approve", another person than hino-tanaka, hino-mori.',
    );
    const whole = run(['submit', 'tanaka'], ['approveAsked', 'suzuki'], ['approveAsked', 'abe']);
    expect(messageOf(WORDS.approveAsked('suzukiAtCentre'), whole)).toMatch(
      'another operator; hino-tanaka, hino-suzuki, hino-abe have acted already.',
    );
    expect(messageOf(WORDS.approveAsked('yamada'), whole)).toBe('approved');
    // Switched on after the office had examined it, and off again.
    const early = run(['submit', 'tanaka'], ['approve', 'sato']);
    expect(outcome(early, WORDS.approveAsked('yamada'))).toBe('wrong-state');
    expect(outcome(early, WORDS.approve('yamada'))).toBe('approved');
    const late = decide(early, WORDS.approveAsked('mori'));
    expect([late.state, outcome(late, WORDS.approveAsked('yamada'))]).toEqual(['examined', 'approved']);
    expect(outcome(late, WORDS.approveAsked('abe'))).toBe('wrong-state');
  });

  it('one person with two principals does not examine twice', () => {
    const examined = run(['submit', 'tanaka'], ['approve', 'suzuki']);
    expect(outcome(examined, WORDS.approve('suzukiAtCentre'))).toBe('same-person');
    expect(outcome(examined, WORDS.reject('suzukiAtCentre'))).toBe('same-person');
    expect(outcome(examined, WORDS.approve('yamada'))).toBe('approved');
    const own = run(['submit', 'suzuki'], ['approve', 'sato']);
    expect(outcome(own, WORDS.approve('suzukiAtCentre'))).toBe('same-person');
  });

  it('a rejection and a withdrawal need a reason', () => {
    const submitted = run(['submit', 'tanaka']);
    for (const reason of ['', '  ', 'あ'.repeat(1001)]) {
      expect(outcome(submitted, { ...WORDS.reject('sato'), reason } as Command)).toBe('invalid-input');
      expect(outcome(submitted, { ...WORDS.withdraw('sato'), reason } as Command)).toBe('invalid-input');
    }
    const { reason: _, ...silent } = WORDS.reject('sato') as Extract<Command, { command: 'examine' }>;
    expect(outcome(submitted, silent)).toBe('invalid-input');
    expect(outcome(submitted, { ...silent, decision: 'approve', reason: '確認済み' })).toBe('examined');
  });
});

describe('any sequence of commands', () => {
  const steps = fc.array(
    fc.tuple(
      // Weighted towards going on, so that many sequences come to an end.
      fc.constantFrom<Word>(
        'submit',
        'approve',
        'approve',
        'approve',
        'approveAsked',
        'approveAsked',
        'approveAsked',
        'reject',
        'rejectAsked',
        'withdraw',
        'finish',
        'finish',
        'fail',
        'lapse',
      ),
      fc.constantFrom(...(Object.keys(PEOPLE) as Who[])),
    ),
    { minLength: 1, maxLength: 40 },
  );
  const freeze = (request: Request): Request => {
    Object.freeze(request.examinations);
    Object.freeze(request.persons);
    Object.freeze(request.lapses);
    return Object.freeze(request);
  };

  const DUTY_OF = { office: 'examine', 'office-approval': 'approve', centre: undefined } as const;

  it('keeps persons different, never leaves a final state, and changes nothing when refused', () => {
    const seen = new Set<string>();
    const ways = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom<Who>('tanaka', 'suzuki', 'ito', 'mori'), steps, (first, story) => {
        let request = freeze(decide(undefined, WORDS.submit(first)));
        const acted: Who[] = [first];
        let isAsked = false;
        for (const [word, who] of story) {
          const before = request;
          if (isEnd(word)) {
            // The service ends only what was approved.
            if (request.state !== 'approved') continue;
            request = freeze(ended(request, { ...ENDS[word], submitter: PEOPLE[first].person } as Ending));
            if (word === 'lapse') acted.length = 1;
            continue;
          }
          try {
            request = freeze(decide(request, WORDS[word](who)));
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
            continue;
          }
          expect(['issued', 'rejected', 'withdrawn', 'failed']).not.toContain(before.state);
          expect([request.state, request.examinations.length]).not.toEqual([
            before.state,
            before.examinations.length,
          ]);
          isAsked = word.endsWith('Asked');
          if (/^(approve|reject)/.test(word)) acted.push(who);
          if (PEOPLE[who].role === 'officer') expect(PEOPLE[who].office).toBe(request.office);
          // The application never changes on the way.
          expect(request).toMatchObject(application);
        }
        seen.add(request.state);
        const persons = acted.map((who) => PEOPLE[who].person);
        expect(new Set(persons).size).toBe(persons.length);
        expect(request.persons).toEqual(persons);
        if (['approved', 'issued', 'failed'].includes(request.state)) {
          const stages = request.examinations.map(({ stage }) => stage);
          ways.add(stages.join(' '));
          expect(['office centre', 'office office-approval centre']).toContain(stages.join(' '));
          // The last examination is the centre's.
          if (isAsked) expect(stages).toContain('office-approval');
          expect(request.examinations.every(({ decision }) => decision === 'approve')).toBe(true);
          expect(acted.map((who) => PEOPLE[who].role)).toEqual([...stages.map(() => 'officer'), 'operator']);
          request.examinations.forEach(({ stage }, i) => {
            const duty = DUTY_OF[stage];
            if (duty) expect(PEOPLE[acted[i + 1] as Who].duties).toContain(duty);
          });
        }
        expect(request.certificate !== undefined).toBe(request.state === 'issued');
        expect(request.failure !== undefined).toBe(request.state === 'failed');
        expect(request.withdrawal !== undefined).toBe(request.state === 'withdrawn');
      }),
      { numRuns: 3000 },
    );
    // The sequences must reach every state; otherwise the property above proves little.
    expect([...seen].sort()).toEqual([...REQUEST_STATES].sort());
    expect(ways.size).toBe(2);
  });
});
