import { describe, expect, it } from 'vitest';
import { KEPT_YEARS } from '../../cli/audit/verify.ts';
import {
  type Finding,
  openCertificateCheck,
  openCrlCheck,
  openQueryCheck,
  openTotalCheck,
} from '../../lib/audit/audit.ts';
import type { LedgerRecord, RecordDraft } from '../../lib/ledger/ledger.ts';
import { CLASS_OF } from '../../lib/ledger/retention/classes.ts';

/* Audits of answers that no test can get from a real service: times that have passed, and races. */

const NOW = Date.parse('2040-01-01T00:00:00Z');
const YEAR = 365.25 * 86_400_000;
let ids = 0;

const record = (draft: RecordDraft, time = NOW - 86_400_000, leaf?: number): LedgerRecord => ({
  ...draft,
  id: Math.floor(time).toString(16).padStart(12, '0') + (ids++).toString(16).padStart(20, '0'),
  time: new Date(time).toISOString(),
  salt: '00'.repeat(16),
  ...(leaf !== undefined && { leaf }),
});

const CA = 'organisation-1';
const ref = { ca: CA, serial: '01aa' };
const NOT_AFTER = '2041-01-01T00:00:00Z';

const act = (kind: 'revocation' | 'hold' | 'release', time?: number, details = {}): LedgerRecord =>
  record({ kind, actor: 'operator', certificates: [ref], details }, time);

const issuance = (time?: number): LedgerRecord =>
  record(
    {
      kind: 'issuance',
      actor: 'operator',
      certificates: [ref],
      details: { tbsDigest: 'aa', notAfter: '2041-01-01T00:00:00.000Z', order: 'r-1', profile: 'seal' },
      office: 'higashi',
    },
    time,
  );

const listed = {
  serial: '01aa',
  state: 'good',
  notAfter: NOT_AFTER,
  order: 'r-1',
  profile: 'seal',
  office: 'higashi',
  tbsDigest: 'aa',
  digest: 'bb',
};

const certificates = (retention = 10 * YEAR) => {
  const found: Finding[] = [];
  const check = openCertificateCheck({
    report: (damage, facts) => found.push({ damage, facts }),
    retention,
    now: NOW,
  });
  const judged = (): readonly string[] => {
    check.conclude();
    return found.map(({ damage }) => damage);
  };
  return { check, found: judged };
};

describe('certificates against the records', () => {
  it('have the status that follows from their acts, in whatever order these are read', () => {
    const one = act('hold', NOW - 5000);
    const acts = [issuance(), one, act('release'), act('hold')];
    for (const [state, read] of [
      ['hold', acts],
      ['hold', acts.toReversed()],
      ['good', acts.slice(0, 3)],
      ['revoked', [...acts, act('revocation')]],
    ] as const) {
      const { check, found } = certificates();
      for (const each of read) check.observe(each, false);
      check.list(CA, { ...listed, state });
      expect(found(), state).toEqual([]);
    }
  });

  it('are not judged by what happened while they were read', () => {
    const { check, found } = certificates();
    check.observe(issuance(), false);
    check.list(CA, { ...listed, state: 'revoked' });
    check.list(CA, { ...listed, serial: '01bb' });
    check.observe(act('revocation'), true);
    check.observe(record({ ...issuance(), certificates: [{ ca: CA, serial: '01bb' }] } as RecordDraft), true);
    expect(found()).toEqual([]);
  });

  it('have answers that are judged among very many about numbers that were never issued, newer and older, in shared records', () => {
    const answered = (
      serials: readonly string[],
      time: number,
      said = 'unknown',
      reason?: string,
    ): LedgerRecord =>
      record(
        {
          kind: 'provision',
          recipient: 'public',
          channel: 'ocsp',
          method: 'POST',
          certificates: [],
          provided: {
            answers: [],
            unregistered: { ca: CA, answer: said, ...(reason && { reason }), serials },
          },
          responseDigest: 'aa',
          count: serials.length,
        },
        time,
      );
    let number = 0;
    const numbers = (count: number): readonly string[] =>
      Array.from({ length: count }, () => (number++).toString(16).padStart(2000, '02'));
    const issued = NOW - 30 * 86_400_000;
    for (const [newer, minutes, said, reason, damages] of [
      // More than the audit keeps.
      [200, 20, 'unknown', undefined, ['answer-unknown']],
      [1, 20, 'revoked', 'nonIssued', ['answer-unknown']],
      [1, 5, 'unknown', undefined, ['answer-differs']],
      [1, -5, 'unknown', undefined, []],
    ] as const) {
      const { check, found } = certificates();
      check.expect(CA, ref.serial);
      for (let n = 0; n < newer; n++) check.observe(answered(numbers(88), NOW - 3_600_000), false);
      const among = [...numbers(40), ref.serial, ...numbers(40)];
      check.observe(answered(among, issued + minutes * 60_000, said, reason), false);
      check.observe(issuance(issued), false);
      check.list(CA, listed);
      expect(found(), `${minutes} ${said}`).toEqual(damages);
    }
  });

  it('are named where nobody expected them, and the answers about them were not kept among very many', () => {
    const asked = (serials: readonly string[]): LedgerRecord =>
      record({
        kind: 'provision',
        recipient: 'public',
        channel: 'ocsp',
        method: 'POST',
        certificates: [],
        provided: { answers: [], unregistered: { ca: CA, answer: 'unknown', serials } },
        responseDigest: 'aa',
        count: serials.length,
      });
    let number = 0;
    const numbers = (): readonly string[] =>
      Array.from({ length: 88 }, () => (number++).toString(16).padStart(2000, '02'));
    const issued = issuance(NOW - 30 * 86_400_000);
    for (const [newer, damages] of [
      [1, ['answer-unknown']],
      [200, ['answers-not-judged']],
    ] as const) {
      const { check, found } = certificates();
      for (let n = 0; n < newer; n++) check.observe(asked(numbers()), false);
      check.observe(asked([ref.serial]), false);
      check.observe(issued, false);
      check.list(CA, listed);
      expect(found(), `${newer}`).toEqual(damages);
    }
  });

  it('need not be listed yet where the issuance is newer than the list', () => {
    const { check, found } = certificates();
    check.observe(issuance(), true);
    expect(found()).toEqual([]);
  });

  it('are known without a record once their retention is over, and not a day before', () => {
    for (const [notAfter, damages] of [
      ['2029-12-01T00:00:00Z', []],
      ['2030-02-01T00:00:00Z', ['serial-without-leaf']],
    ] as const) {
      const { check, found } = certificates();
      check.list(CA, { ...listed, notAfter });
      expect(found()).toEqual(damages);
    }
  });

  it('may be unsigned for an hour', () => {
    for (const [age, damages] of [
      [3_500_000, []],
      [3_700_000, ['certificate-unsigned']],
    ] as const) {
      const { check, found } = certificates();
      check.observe(issuance(NOW - age), false);
      check.list(CA, { ...listed, digest: undefined });
      expect(found()).toEqual(damages);
    }
  });

  it('may not have a serial number that no record names, with a certificate row or without', () => {
    for (const listed of [
      { serial: '01cc', state: 'good' },
      { serial: '01cc', state: 'good', order: 'r-2', tbsDigest: 'aa' },
    ]) {
      const { check, found } = certificates();
      check.list(CA, listed);
      expect(found()).toEqual(['serial-without-leaf']);
    }
  });

  it('are in the CRL from the time of their revocation to the end of their validity, unless they were released', () => {
    const crl = (thisUpdate: number, serials: readonly string[] = []) => [
      {
        partition: 'full',
        digest: 'dd',
        thisUpdate: new Date(thisUpdate),
        entries: serials.map((serial) => ({ serial, revocationTime: 0, reason: 'unspecified' })),
      },
    ];
    const since = NOW - 3_600_000;
    const judged = (acts: readonly LedgerRecord[], state: string, crls: ReturnType<typeof crl>) => {
      const { check, found } = certificates();
      for (const each of [issuance(), ...acts]) check.observe(each, false);
      check.list(CA, { ...listed, state });
      check.serve(CA, crls);
      return found();
    };
    const revocation = act('revocation', since);
    expect(judged([revocation], 'revoked', crl(NOW))).toEqual(['crl-incomplete']);
    expect(judged([revocation], 'revoked', crl(NOW, ['01aa']))).toEqual([]);
    // A CRL made before, and one by a clock that was a little ahead.
    expect(judged([revocation], 'revoked', crl(since - 1000))).toEqual([]);
    expect(judged([revocation], 'revoked', crl(since + 1000))).toEqual([]);
    // A certificate that had expired when the CRL was made.
    expect(judged([revocation], 'revoked', crl(Date.parse(NOT_AFTER) + 1000))).toEqual([]);
    expect(judged([act('hold', since), act('release', since + 1)], 'good', crl(NOW))).toEqual([]);
    expect(judged([], 'good', crl(NOW, ['01aa']))).toEqual(['revocation-without-leaf']);
  });
});

describe('answers against the records', () => {
  const MINUTE = 60_000;
  const issuedAt = NOW - 100 * MINUTE;
  const said = (minutes: number, answer: string, more: { givenAfter?: number } = {}): LedgerRecord => {
    const producedAt = issuedAt + minutes * MINUTE;
    return record(
      {
        kind: 'provision',
        recipient: 'public',
        channel: 'ocsp',
        method: 'POST',
        certificates: [{ ca: CA, serial: '01ff' }, ref],
        provided: {
          answers: ['unknown', answer],
          producedAt: new Date(producedAt).toISOString(),
          thisUpdate: new Date(producedAt - 5 * MINUTE).toISOString(),
        },
        responseDigest: '',
        count: 2,
      },
      producedAt + (more.givenAfter ?? 0) * MINUTE,
    );
  };
  const at = (kind: 'revocation' | 'hold' | 'release', minutes: number) =>
    act(kind, issuedAt + minutes * MINUTE);
  /** Reads the records in this order and in reverse. Gives minutes, the status that was said, and that of the records. */
  const judged = (records: readonly LedgerRecord[], state = 'good'): readonly (readonly string[])[] =>
    [records, records.toReversed()].map((read) => {
      const found: Finding[] = [];
      const check = openCertificateCheck({
        report: (damage, facts) => found.push({ damage, facts }),
        retention: 10 * YEAR,
        now: NOW,
      });
      for (const one of [issuance(issuedAt), ...read]) check.observe(one, false);
      check.list(CA, { ...listed, state });
      check.conclude();
      return found.map(({ damage, facts }) => {
        const minutes = (Date.parse(String(facts.answered)) - issuedAt) / MINUTE;
        return `${damage} ${minutes} ${facts.said} ${facts.recorded}`;
      });
    });
  const both = (...found: readonly string[]) => [found, found];

  it('have the status of the certificate at their time', () => {
    const acts = [at('hold', 10), at('release', 20), at('revocation', 30)];
    const answers = [-5, 1, 5, 12, 15, 18, 22, 25, 32, 40].map((minutes) =>
      said(
        minutes,
        minutes < 0 ? 'unknown' : (minutes > 10 && minutes < 20) || minutes > 30 ? 'revoked' : 'good',
      ),
    );
    const [hold, release, revocation] = acts as [LedgerRecord, LedgerRecord, LedgerRecord];
    const inOrder = [...answers.slice(0, 3), hold, ...answers.slice(3, 6), release, ...answers.slice(6, 8)];
    expect(judged([...inOrder, revocation, ...answers.slice(8)], 'revoked')).toEqual(both());
  });

  it('are wrong with any other status, whatever the answers before and after say', () => {
    const good = [1, 2, 3, 4, 5].map((minutes) => said(minutes, 'good'));
    expect(
      judged(
        [...good, at('revocation', 10), said(12, 'revoked'), said(14, 'good'), said(16, 'revoked')],
        'revoked',
      ),
    ).toEqual(both('answer-differs 14 good revoked'));
    expect(judged([...good, at('hold', 10), said(15, 'good'), at('release', 20), said(25, 'good')])).toEqual(
      both('answer-differs 15 good hold'),
    );
    expect(judged([...good, said(6, 'revoked'), said(7, 'unknown'), said(8, 'good')])).toEqual(
      both('answer-differs 6 revoked good', 'answer-differs 7 unknown good'),
    );
    expect(judged([said(-5, 'good'), said(5, 'good')])).toEqual(both());
  });

  it('are named by the first and the last if many are wrong', () => {
    const wrong = Array.from({ length: 30 }, (_, i) => said(20 + i, 'good'));
    expect(judged([at('revocation', 10), ...wrong], 'revoked')).toEqual(
      both('answer-differs 20 good revoked', 'answer-differs 49 good revoked'),
    );
  });

  it('prove nothing near an act, and count for the time at which they were given', () => {
    const revocation = at('revocation', 10);
    expect(
      judged([said(9.9, 'good'), revocation, said(10.4, 'good'), said(9.7, 'revoked')], 'revoked'),
    ).toEqual(both());
    expect(judged([revocation, said(5, 'good', { givenAfter: 4 })], 'revoked')).toEqual(both());
    expect(judged([revocation, said(5, 'good', { givenAfter: 30 })], 'revoked')).toEqual(
      both('answer-differs 35 good revoked'),
    );
  });
});

describe('a revocation that was raised, against the records', () => {
  const revokedAt = NOW - 10 * 3_600_000;
  const reportedAt = NOW - 5 * 3_600_000;
  const text = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
  const first = { reason: 'superseded', revocationTime: text(revokedAt) };
  const report = { ...first, reason: 'keyCompromise', invalidityDate: text(revokedAt - 86_400_000) };
  const entryOf = ({ reason, invalidityDate }: Partial<typeof report>) => ({
    serial: '01aa',
    reason: String(reason),
    revocationTime: revokedAt,
    ...(invalidityDate !== undefined && { invalidityDate: Date.parse(invalidityDate) }),
  });
  const numbered = (number: number, details: object) => ({ ...details, closes: { act: 'status', number } });
  const told = (time: number, reason: string) =>
    record(
      {
        kind: 'provision',
        recipient: 'public',
        channel: 'ocsp',
        method: 'POST',
        certificates: [ref],
        provided: { answers: ['revoked'], reasons: [reason], thisUpdate: new Date(time).toISOString() },
        responseDigest: '',
        count: 1,
      },
      time,
    );
  const judged = (
    shown: object,
    more: { later?: LedgerRecord; answers?: LedgerRecord[]; crls?: [number, object][] } = {},
  ): readonly string[] => {
    const { check, found } = certificates();
    const { later = act('revocation', reportedAt, numbered(2, report)), answers = [], crls = [] } = more;
    const acts = [act('revocation', revokedAt, numbered(1, first)), later];
    for (const one of [issuance(), ...acts, ...answers].toReversed()) check.observe(one, false);
    check.list(CA, { ...listed, state: 'revoked', ...shown });
    for (const [time, entry] of crls) {
      check.serve(CA, [
        { partition: 'full', digest: 'dd', thisUpdate: new Date(time), entries: [entryOf(entry)] },
      ]);
    }
    return found();
  };
  const HOUR = 3_600_000;

  it('is followed by rows, CRLs and answers, each for its time', () => {
    const answers = [told(reportedAt - HOUR, 'superseded'), told(reportedAt + HOUR, 'keyCompromise')];
    const crls: [number, object][] = [
      [reportedAt - HOUR, first],
      [reportedAt + HOUR, report],
    ];
    expect(judged(report, { answers, crls })).toEqual([]);
  });

  it('names rows, CRLs and answers that do not follow it', () => {
    expect(judged(first)).toEqual(['status-differs']);
    expect(judged({ ...report, invalidityDate: undefined })).toEqual(['status-differs']);
    expect(judged(report, { crls: [[reportedAt + HOUR, first]] })).toEqual(['crl-differs']);
    expect(judged(report, { answers: [told(reportedAt + HOUR, 'superseded')] })).toEqual([
      'answer-reason-differs',
    ]);
    expect(judged(report, { answers: [told(reportedAt - HOUR, 'keyCompromise')] })).toEqual([
      'answer-reason-differs',
    ]);
  });

  it.each([
    ['falls', { ...first, reason: 'unspecified' }],
    ['goes to one that is for CAs', { ...first, reason: 'cACompromise' }],
    ['has another time', { ...report, revocationTime: text(revokedAt - 1000) }],
    ['says the same again', first],
  ])('is unlawful where it %s', (_, details) => {
    const later = act('revocation', reportedAt, numbered(2, details));
    // The time stays that of the first, whatever a later act says.
    const shown = { ...details, revocationTime: first.revocationTime };
    expect(judged(shown, { later })).toEqual(['revocation-lowered']);
  });

  it('is the only act that follows a revocation', () => {
    expect(judged(first, { later: act('hold', reportedAt, numbered(2, {})) })).toContain(
      'revocation-lowered',
    );
  });
});

describe('the certificates of a compromised CA, against the records', () => {
  const HOUR = 3_600_000;
  const issuedAt = NOW - 100 * HOUR;
  const revokedAt = NOW - 50 * HOUR;
  const text = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
  const own = { ca: CA, serial: '01cc' };
  const ownIssuance = record(
    {
      kind: 'issuance',
      actor: 'operator',
      certificates: [own],
      details: { tbsDigest: 'aa', notAfter: '2050-01-01T00:00:00.000Z', order: 'ca', profile: 'ca' },
    },
    issuedAt,
  );
  const revocation = (reason: string, time = revokedAt) =>
    record(
      {
        kind: 'revocation',
        actor: 'operator',
        certificates: [own],
        details: { reason, revocationTime: text(revokedAt) },
      },
      time,
    );
  const told = (time: number, said: string, reason: string | null) =>
    record(
      {
        kind: 'provision',
        recipient: 'public',
        channel: 'ocsp',
        method: 'POST',
        certificates: [ref],
        provided: {
          answers: [said],
          ...(reason !== null && { reasons: [reason] }),
          thisUpdate: new Date(time).toISOString(),
        },
        responseDigest: '',
        count: 1,
      },
      time,
    );
  const entryOf = (serial: string, reason: string, revocationTime = revokedAt) => ({
    serial,
    reason,
    revocationTime,
  });
  const both = [entryOf('01aa', 'cACompromise'), entryOf('01cc', 'cACompromise')];
  const judged = (more: {
    acts?: LedgerRecord[];
    read?: LedgerRecord[];
    state?: object;
    entries?: ReturnType<typeof entryOf>[];
    issued?: number;
  }): readonly string[] => {
    const { check, found } = certificates();
    const { acts = [revocation('cACompromise')], read = [], state = {}, entries, issued = issuedAt } = more;
    for (const one of [ownIssuance, issuance(issued), ...acts, ...read].toReversed()) {
      check.observe(one, false);
    }
    check.list(CA, { ...listed, ...state });
    const worst = acts.at(-1) as { details?: { reason?: string } };
    check.list(CA, {
      ...listed,
      serial: '01cc',
      order: 'ca',
      profile: 'ca',
      office: undefined,
      notAfter: '2050-01-01T00:00:00Z',
      state: 'revoked',
      reason: worst.details?.reason,
      revocationTime: text(revokedAt),
    });
    if (entries) check.serve(CA, [{ partition: 'full', digest: 'dd', thisUpdate: new Date(NOW), entries }]);
    return found();
  };

  it('are revoked in answers and CRLs from then on, whatever the register says of them', () => {
    const read = [told(revokedAt - HOUR, 'good', null), told(revokedAt + HOUR, 'revoked', 'cACompromise')];
    expect(judged({ read, entries: both })).toEqual([]);
  });

  it('are damage where an answer calls them good, or a CRL leaves them out or says another thing', () => {
    expect(judged({ read: [told(revokedAt + HOUR, 'good', null)] })).toEqual(['answer-differs']);
    expect(judged({ read: [told(revokedAt + HOUR, 'revoked', 'superseded')] })).toEqual([
      'answer-reason-differs',
    ]);
    expect(judged({ read: [told(revokedAt - HOUR, 'revoked', 'cACompromise')] })).toEqual(['answer-differs']);
    expect(judged({ entries: both.slice(1) })).toEqual(['crl-incomplete']);
    expect(judged({ entries: [entryOf('01aa', 'superseded'), ...both.slice(1)] })).toEqual(['crl-differs']);
    expect(
      judged({ entries: [entryOf('01aa', 'cACompromise', revokedAt - HOUR), ...both.slice(1)] }),
    ).toEqual(['crl-differs']);
  });

  it('keep their own earlier revocation, and the beginning of an earlier hold', () => {
    const earlier = text(revokedAt - HOUR);
    const entry = { reason: 'superseded', revocationTime: earlier };
    const acts = [act('revocation', revokedAt - HOUR, entry), revocation('cACompromise')];
    const state = { state: 'revoked', ...entry };
    const own = (reason: string) => [entryOf('01aa', reason, revokedAt - HOUR), ...both.slice(1)];
    const read = [told(revokedAt + HOUR, 'revoked', 'superseded')];
    expect(judged({ acts, state, read, entries: own('superseded') })).toEqual([]);
    expect(judged({ acts, state, entries: own('cACompromise') })).toEqual(['crl-differs']);
    const hold = { reason: 'certificateHold', revocationTime: earlier };
    const held = [act('hold', revokedAt - HOUR, hold), revocation('cACompromise')];
    const heldState = { state: 'hold', ...hold };
    expect(judged({ acts: held, state: heldState, entries: own('cACompromise') })).toEqual([]);
    expect(judged({ acts: held, state: heldState, entries: own('certificateHold') })).toEqual([
      'crl-differs',
    ]);
  });

  it('are not touched by a revocation for another reason, until it is raised', () => {
    const acts = [revocation('cessationOfOperation')];
    const read = [told(revokedAt + HOUR, 'good', null)];
    const entries = [entryOf('01cc', 'cessationOfOperation')];
    expect(judged({ acts, read, entries })).toEqual([]);
    const raised = [...acts, revocation('cACompromise', revokedAt + 10 * HOUR)];
    expect(judged({ acts: raised, read, entries: both })).toEqual([]);
    const late = [told(revokedAt + 11 * HOUR, 'good', null)];
    expect(judged({ acts: raised, read: late, entries: both })).toEqual(['answer-differs']);
  });

  it('are not issued once the CA is revoked', () => {
    const acts = [revocation('superseded')];
    expect(judged({ acts, issued: revokedAt + HOUR })).toEqual(['authority-closed']);
    expect(judged({ acts, issued: revokedAt + 20_000 })).toEqual([]);
  });
});

describe('the details of a revocation, against the records', () => {
  const revokedAt = NOW - 3_600_000;
  const text = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
  const details = {
    reason: 'keyCompromise',
    revocationTime: text(revokedAt),
    invalidityDate: text(revokedAt - 86_400_000),
  };
  const entry = {
    serial: '01aa',
    reason: 'keyCompromise',
    revocationTime: revokedAt,
    invalidityDate: revokedAt - 86_400_000,
  };
  const held = act('hold', revokedAt - 7200_000, {
    reason: 'certificateHold',
    revocationTime: text(revokedAt - 7200_000),
  });
  const judged = (shown: object, entries: readonly (typeof entry)[], thisUpdate = NOW): readonly string[] => {
    const { check, found } = certificates();
    for (const one of [issuance(), held, act('revocation', revokedAt, details)]) check.observe(one, false);
    check.list(CA, { ...listed, state: 'revoked', ...shown });
    check.serve(CA, [{ partition: 'full', digest: 'dd', thisUpdate: new Date(thisUpdate), entries }]);
    return found();
  };

  it('are those of the register and of the CRL', () => {
    expect(judged(details, [entry])).toEqual([]);
    // A CRL that was made while the certificate was on hold.
    const hold = { ...entry, reason: 'certificateHold', revocationTime: revokedAt - 7200_000 } as Partial<
      typeof entry
    >;
    delete hold.invalidityDate;
    expect(judged(details, [hold as typeof entry], revokedAt - 3_600_000)).toEqual([]);
    expect(judged(details, [hold as typeof entry])).toEqual(['crl-differs']);
  });

  it('have the time of the CRL in a CRL that is older than the time recorded by a clock ahead', () => {
    const made = revokedAt - 8 * 3600_000;
    const told = { ...entry, revocationTime: made };
    expect(judged(details, [told], made)).toEqual([]);
    expect(judged(details, [{ ...told, revocationTime: made + 1000 }], made)).toEqual(['crl-differs']);
    expect(judged(details, [{ ...told, reason: 'superseded' }], made)).toEqual(['crl-differs']);
    // Once that time is past, the CRL must have it as recorded.
    expect(judged(details, [told])).toEqual(['crl-differs']);
  });

  it.each([
    [{ revocationTime: text(revokedAt + 1000) }, { revocationTime: revokedAt + 1000 }],
    [{ reason: 'superseded' }, { reason: 'superseded' }],
    [{ invalidityDate: undefined }, { invalidityDate: revokedAt }],
  ])('is found where they say %j', (shown, said) => {
    expect(judged({ ...details, ...shown }, [entry])).toEqual(['status-differs']);
    expect(judged(details, [{ ...entry, ...said }])).toEqual(['crl-differs']);
  });
});

describe('records whose time may be over', () => {
  it('are of the very kinds that the service deletes', () => {
    const deleted = Object.entries(CLASS_OF).filter(([, kept]) => kept !== undefined);
    expect(Object.keys(KEPT_YEARS).sort()).toEqual(deleted.map(([kind]) => kind).sort());
  });
});

const publication = (number: number, details: object, newer = false): readonly [LedgerRecord, boolean] => [
  record({
    kind: 'publication',
    actor: 'service',
    details: { ca: CA, partition: 'full', number, digest: `d${number}`, ...details },
  }),
  newer,
];

const crls = (
  publications: readonly (readonly [LedgerRecord, boolean])[],
  numbers: readonly number[],
  more: { readonly expired?: boolean } = {},
) => {
  const found: Finding[] = [];
  const check = openCrlCheck({ report: (damage, facts) => found.push({ damage, facts }) });
  for (const [one, newer] of publications) check.observe(one, newer);
  if (more.expired) check.retract({ id: '', time: 0, kind: 'publication', expired: true, lost: false });
  for (const number of numbers)
    check.list(CA, { partition: 'full', number, name: `${number}.crl`, digest: `d${number}` });
  check.conclude();
  return found.map(({ damage, facts }) => `${damage} ${facts.number}`);
};

describe('CRLs against the records', () => {
  it('may leave out numbers that an interrupted publication had reserved', () => {
    expect(crls([publication(1, { previous: 0 }), publication(4, { previous: 1 })], [1, 4])).toEqual([]);
    const left = [{ number: 2, digest: 'd2' }];
    expect(crls([publication(1, { previous: 0 }), publication(4, { previous: 1, left })], [1, 2, 4])).toEqual(
      [],
    );
    // The record names abandoned CRLs before they are in the archive, and some never get there.
    expect(crls([publication(1, { previous: 0 }), publication(4, { previous: 1, left })], [1, 4])).toEqual(
      [],
    );
  });

  it('leave out no publication', () => {
    expect(crls([publication(1, { previous: 0 }), publication(4, { previous: 3 })], [1, 4])).toEqual([
      'crl-number-gap 3',
    ]);
    expect(crls([publication(3, { previous: 2 })], [3])).toEqual(['crl-number-gap 2']);
    // An overtaken CRL does not count as the publication before the next one.
    const overtaken = publication(3, { overtaken: true });
    expect(
      crls([publication(1, { previous: 0 }), overtaken, publication(4, { previous: 1 })], [1, 3, 4]),
    ).toEqual([]);
    expect(
      crls([publication(1, { previous: 0 }), overtaken, publication(4, { previous: 3 })], [1, 3, 4]),
    ).toEqual(['crl-number-gap 3']);
  });

  it('are explained by their retention below the first publication that is still on record', () => {
    expect(crls([publication(3, { previous: 2 })], [1, 2, 3], { expired: true })).toEqual([]);
    expect(crls([publication(3, { previous: 2 })], [1, 2, 3])).toEqual([
      'crl-without-leaf 1',
      'crl-without-leaf 2',
      'crl-number-gap 2',
    ]);
    expect(
      crls([publication(3, { previous: 2 }), publication(5, { previous: 4 })], [3, 4, 5], { expired: true }),
    ).toEqual(['crl-without-leaf 4', 'crl-number-gap 4']);
  });

  it('of one list have nothing to do with those of another one', () => {
    const other = (number: number, details: object) =>
      publication(number, { partition: 'authority', digest: `a${number}`, ...details });
    const found: Finding[] = [];
    const check = openCrlCheck({ report: (damage, facts) => found.push({ damage, facts }) });
    for (const [one, newer] of [
      publication(1, { previous: 0 }),
      publication(2, { previous: 1 }),
      other(1, { previous: 0 }),
      other(2, { previous: 1 }),
    ])
      check.observe(one, newer);
    const listed = (partition: string, number: number, digest: string) =>
      check.list(CA, { partition, number, name: `${partition}/${number}.crl`, digest });
    listed('full', 1, 'd1');
    listed('full', 2, 'a2');
    listed('authority', 1, 'a1');
    listed('other', 1, 'd1');
    check.serve(CA, { partition: 'authority', number: 1, digest: 'a1', askedAt: NOW + 86_400_000 });
    check.conclude();
    const facts = { ca: CA, number: 2 };
    expect(found).toMatchObject([
      { damage: 'crl-altered', facts: { ...facts, partition: 'full', digest: 'a2', published: 'd2' } },
      { damage: 'crl-without-leaf', facts: { ca: CA, partition: 'other', number: 1 } },
      { damage: 'crl-missing', facts: { ...facts, partition: 'authority' } },
      { damage: 'crl-rolled-back', facts: { ca: CA, partition: 'authority', number: 1, newest: 2 } },
    ]);
  });

  it('need not be in the archive yet where the publication is newer than the list', () => {
    const known = [publication(1, { previous: 0 }), publication(2, { previous: 1 }, true)];
    expect(crls(known, [1])).toEqual([]);
    expect(crls(known, [2])).toEqual(['crl-missing 1']);
  });
});

describe('totals against the records', () => {
  const told = (time: number, count = 1): LedgerRecord =>
    record(
      {
        kind: 'provision',
        recipient: 'tax-portal',
        channel: 'ocsp',
        method: 'POST',
        certificates: [],
        provided: {},
        responseDigest: '',
        count,
      },
      time,
    );
  const total = (month: string, records: number, items = records) => ({
    month,
    kind: 'provision',
    recipient: 'tax-portal',
    channel: 'ocsp',
    method: 'POST',
    records,
    items,
  });
  const compared = (
    records: readonly LedgerRecord[],
    before: readonly ReturnType<typeof total>[],
    after: readonly ReturnType<typeof total>[],
    lost: readonly number[] = [],
  ) => {
    const found: Finding[] = [];
    const check = openTotalCheck({ report: (damage, facts) => found.push({ damage, facts }) });
    for (const one of records) check.observe(one, false);
    for (const time of lost) check.retract({ id: '', time, kind: 'provision', expired: false, lost: false });
    check.compare(before, after);
    return found.map(({ facts }) => `${facts.month} ${facts.records} ${facts.recounted}`);
  };
  // The last hour of March and the first of April, Japan Standard Time.
  const march = Date.parse('2039-03-31T14:30:00Z');
  const april = Date.parse('2039-03-31T15:30:00Z');

  it('are those of months of Japan Standard Time', () => {
    const known = [total('2039-03', 1), total('2039-04', 2, 9)];
    expect(compared([told(march), told(april, 4), told(april, 5)], known, known)).toEqual([]);
    expect(compared([told(march), told(march), told(april, 9)], known, known)).toEqual([
      '2039-03 1 2',
      '2039-04 2 1',
    ]);
  });

  it('may grow while the records are read, by these records and no more', () => {
    const known = [told(april), told(april)];
    expect(compared(known, [total('2039-04', 1)], [total('2039-04', 3)])).toEqual([]);
    expect(compared(known, [total('2039-04', 3)], [total('2039-04', 4)])).toEqual(['2039-04 4 2']);
    expect(compared(known, [], [total('2039-04', 1)])).toEqual(['2039-04 1 2']);
  });

  it('are not compared for a month that lost a record, and are compared for other months', () => {
    const known = [total('2039-03', 2), total('2039-04', 2)];
    expect(compared([told(march), told(april)], known, known, [march])).toEqual(['2039-04 2 1']);
  });
});

describe('queries against the records', () => {
  const provision = (leaf: number, recipient = 'tax-portal'): LedgerRecord =>
    record(
      {
        kind: 'provision',
        recipient,
        channel: 'ocsp',
        method: 'POST',
        certificates: [ref],
        provided: {},
        responseDigest: '',
        count: 1,
      },
      Date.parse('2039-12-31T23:59:59Z'),
      leaf,
    );
  const open = (most = Number.POSITIVE_INFINITY) => {
    const found: Finding[] = [];
    const check = openQueryCheck({
      report: (damage, facts) => found.push({ damage, facts }),
      size: 10,
      most,
      idOfLeaf: async (leaf) => `leaf ${leaf}`,
    });
    return { check, found };
  };
  const answer = async function* (...records: readonly LedgerRecord[]) {
    yield* records;
  };

  it('cover the month of the record; those by certificate are asked with and without its kind', () => {
    const { check } = open();
    check.observe(provision(1), false);
    const period = { from: '2039-12-01T00:00:00.000Z', to: '2040-01-01T00:00:00.000Z' };
    expect([...check.questions()]).toEqual([
      { recipient: 'tax-portal', kind: 'provision', ...period },
      { channel: 'ocsp', kind: 'provision', ...period },
      { ca: CA, serial: '01aa' },
      { ca: CA, serial: '01aa', kind: 'provision' },
    ]);
  });

  it('must find the matching records of the tree; newer and damaged records do not count', async () => {
    const { check, found } = open();
    const [one, two, damaged] = [provision(1), provision(2), provision(3)];
    check.observe(one, false);
    check.observe(two, false);
    check.observe(provision(11), true);
    check.retract({ id: damaged.id, time: NOW, kind: 'provision', expired: false, lost: false });
    const [question = {}] = check.questions();
    await check.answer(question, answer(two, one, damaged, provision(12)));
    expect(found).toEqual([]);
    const stranger = provision(4);
    await check.answer(question, answer(two, stranger));
    expect(found).toEqual([
      {
        damage: 'query-excess',
        facts: { query: expect.stringContaining('recipient=tax-portal'), record: stranger.id },
      },
      {
        damage: 'query-incomplete',
        facts: { query: expect.stringContaining('recipient=tax-portal'), record: 'leaf 1' },
      },
    ]);
  });

  it('are dropped if they are too many, or if nobody can ask them', () => {
    const { check } = open(5);
    for (let i = 0; i < 9; i++) check.observe(provision(i, `portal-${i}`), false);
    expect(check.count()).toBeGreaterThan(5);
    expect([...check.questions()]).toEqual([]);
    const { check: other } = open();
    other.observe(record({ kind: 'ceremony', actor: 'person-a+person-b', details: {} }, NOW, 1), false);
    expect([...other.questions()]).toMatchObject([{ kind: 'ceremony' }]);
  });
});
