import { expect } from 'vitest';
import { type Finding, type ListedEnrolment, openEnrolmentCheck } from '../../lib/audit/audit.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { Duty, Principal } from '../../lib/principal.ts';
import { enter, firstChief, MINAMI, officer, openMinami } from '../enrolment/people.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { allRecords } from '../world.ts';

export type ActRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

/** Every act of enrolment, some of them twice, and what rests on them. Resolves with the records of acts. */
export const lawfulLife = async (house: Service): Promise<readonly ActRecord[]> => {
  const { people, offices } = house.app.enrolment;
  const { registration } = house.app;
  const [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
  const later = (minutes = 10): void => house.advance(minutes * 60_000);
  const enterBy = async (by: Principal, id: string, ...duties: readonly Duty[]): Promise<Principal> => {
    const { invitation } = await people.invite(by, id, officer(id, ...duties));
    return (await enter(house, invitation, by)).principal;
  };
  await openMinami(house);
  await offices.propose(noda, 'minami', { ...MINAMI, kana: 'みなみくやくしょ', officeApproval: true });
  await offices.confirm(sakai, 'minami');
  const chief = (await firstChief(house)).principal;
  await people.propose(sakai, 'second-auditor', { role: 'auditor', name: MINAMI.name });
  await people.confirm(noda, 'second-auditor');
  const again = await people.confirm(noda, 'second-auditor');
  await enter(house, again.invitation ?? '', sakai);
  const counter = await enterBy(chief, 'counter', 'receive');
  const clerk = await enterBy(chief, 'clerk', 'examine');
  const approver = await enterBy(chief, 'approver', 'approve');
  later();
  const { request } = await registration.submit(counter, {
    profile: 'official-position',
    csr: opensslRequest(house.folder, 'mayor'),
    fields: FIELDS['official-position'] ?? {},
  });
  await registration.examine(clerk, request.id, { decision: 'approve' });
  await registration.examine(approver, request.id, { decision: 'approve' });
  await registration.examine(noda, request.id, { decision: 'approve' });
  later();
  await people.suspend(chief, 'counter');
  later();
  await people.resume(chief, 'counter');
  later();
  await people.suspend(noda, 'counter');
  await people.propose(sakai, 'counter', officer('counter', 'receive'));
  await people.confirm(noda, 'counter');
  await people.suspend(noda, 'counter');
  await people.propose(sakai, 'counter', officer('counter', 'receive', 'examine'), { invites: true });
  await people.confirm(noda, 'counter');
  await people.propose(sakai, 'late', officer('late', 'receive'));
  await people.withdraw(noda, 'late');
  await people.end(chief, 'clerk');
  later(120);
  await offices.propose(noda, 'kita', MINAMI);
  await offices.confirm(sakai, 'kita');
  await offices.end(sakai, 'kita', 'minami');
  return (await allRecords(house))
    .filter((record) => record.kind !== 'provision')
    .toSorted((a, b) => (a.id < b.id ? -1 : 1)) as ActRecord[];
};

export type Register = readonly (readonly ['office' | 'principal', ListedEnrolment])[];

/** What is shown of each subject where its rows have the newest act. */
export const registerOf = (records: readonly ActRecord[]): Register => {
  const newest = new Map<string, Register[number]>();
  for (const { kind, details, time } of records) {
    // That an office named a holder is no act on the holder.
    if (kind !== 'enrolment' || details.subject === 'holder') continue;
    const { subject, id, closes } = details as unknown as {
      readonly subject: 'office' | 'principal';
      readonly id: string;
      readonly closes: { readonly number: number };
    };
    newest.set(`${subject} ${id}`, [subject, { id, number: closes.number, changed: { at: time } }]);
  }
  return [...newest.values()];
};

export interface Reading {
  readonly now: number;
  readonly shown: Register;
  /** How long records are kept, in milliseconds. Where some are gone after their time, every one may be that age. */
  readonly retention?: number;
  /** Records that are gone after their time. */
  readonly excused?: readonly ActRecord[];
  /** Records that are newer than the checkpoint. */
  readonly newer?: readonly ActRecord[];
}

/** The findings, in whichever order the records are read: `{damage} {why}`. */
export const judged = (
  records: readonly ActRecord[],
  {
    now,
    shown,
    excused = [],
    newer = [],
    retention = excused.length > 0 ? 0 : Number.POSITIVE_INFINITY,
  }: Reading,
): readonly string[] => {
  const [one = [], other] = [records, records.toReversed()].map((order) => {
    const found: Finding[] = [];
    const check = openEnrolmentCheck({
      report: (damage, facts) => found.push({ damage, facts }),
      retention,
      now,
    });
    for (const record of order) check.expect(record);
    for (const record of order) check.observe(record, newer.includes(record));
    for (const { id, kind, time } of excused)
      check.retract({ id, kind, time: Date.parse(time), expired: true, lost: false });
    for (const listed of shown) check.list(...listed);
    check.conclude();
    return found.map(({ damage, facts }) => `${damage} ${facts.why ?? ''}`.trim());
  });
  expect(other?.toSorted()).toEqual(one.toSorted());
  return one;
};

/** A copy in which members have other values, by their paths; undefined takes a member away. */
export const changed = (record: ActRecord, to: Readonly<Record<string, unknown>>): ActRecord => {
  const copy = structuredClone(record) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(to)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const inner = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
    if (value === undefined) delete inner[last];
    else inner[last] = value;
  }
  return copy as unknown as ActRecord;
};
