import { afterEach, beforeAll, expect, it } from 'vitest';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { requestKey } from '../../lib/registration/rows.ts';
import type { Key, Value } from '../../lib/store/store.ts';
import { putRow, type Snapshot } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';
import { FORGERIES, type Row, withState } from './forged-rows.ts';
import { officer } from './people.ts';
import { NISHI, NISHI_CHIEF, NODA, SAKAI, TERMS, type Year } from './year.ts';

/* After the merger somebody deletes, sets back and forges the rows that stand behind rights. */

/** Nobody of these has a right any more. `mover` has one, at Nishi. */
const CLOSED = ['chief', 'clerk', 'leaver', 'absent', 'trainee', 'holder'];

type Door = readonly [method: string, path: string, body?: object];

/** Doors of Minami's officers, and of operators. */
const doorsOf = ({ certificates, requests, principal }: Year): Readonly<Record<string, Door>> => {
  const { ca, serial } = certificates.left ?? {};
  const request = `/api/v1/requests/${requests.second}`;
  const certificate = `/api/v1/certificates/${ca}/${serial}`;
  const clerk = officer('友', 'receive', 'responsible');
  return {
    examine: ['POST', `${request}/examinations`, { decision: 'approve' }],
    withdraw: ['POST', `${request}/withdrawal`, { reason: 'x' }],
    revoke: ['POST', `${certificate}/revocation`, { reason: 'superseded' }],
    hold: ['POST', `${certificate}/hold`],
    invite: ['POST', principal('friend', 'invitation'), clerk],
    change: ['POST', principal('newcomer', 'change'), clerk],
    transfer: ['POST', principal('newcomer', 'transfer'), { office: NISHI, duties: ['receive'] }],
    suspend: ['POST', principal('newcomer', 'suspension')],
    resume: ['DELETE', principal('absent', 'suspension')],
    end: ['POST', principal('newcomer', 'end')],
    'resume a holder': ['DELETE', '/api/v1/holders/h-sato/suspension'],
    'open an office': ['POST', '/api/v1/offices/new/proposal', TERMS],
    'end an office': ['POST', `/api/v1/offices/${NISHI}/end`, { successor: 'minami' }],
  };
};

export const rowAttacks = (open: () => Year): void => {
  let year: Year;
  let before: number;

  const issuances = async (): Promise<number> =>
    (await allRecords(year.service)).filter(({ kind }) => kind === 'issuance').length;

  beforeAll(async () => {
    year = open();
    before = await issuances();
  });
  afterEach(() => year.rows.putBack(year.snapshots.now as Snapshot));

  const signsIn = async (id: string): Promise<boolean> =>
    (await year.codeOf(year.ask(year.who(id), 'POST', '/token'))) === 'none';

  const openTo = async (id: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [name, door] of Object.entries(doorsOf(year)))
      if ((await year.refused(year.who(id), ...door)) === 'none') found.push(name);
    return found;
  };

  const nobodyComesIn = async (ids: readonly string[] = CLOSED): Promise<void> => {
    for (const id of ids) expect([id, await signsIn(id)]).toEqual([id, false]);
    expect([await signsIn('mover'), await openTo('mover')]).toEqual([true, []]);
  };

  const endedOfficeIsClosed = async (): Promise<void> => {
    expect(await openTo('chief')).toEqual([]);
    expect(await year.codeOf(year.submit(year.who('clerk')))).toBe('403 not-in-force');
    // Another office of the tenant.
    expect(await year.codeOf(year.examine(NISHI_CHIEF, year.requests.second))).toBe('404 unknown-request');
    expect(await year.codeOf(year.revoke(NISHI_CHIEF, year.certificates.left, 'superseded'))).toBe(
      '404 unknown-certificate',
    );
  };

  const rowThen = (at: string, { pk, sk }: Key): Row =>
    year.snapshots[at]?.get(JSON.stringify([pk, sk])) as unknown as Row;

  const forge = async (key: Key, change: (row: Row) => Row): Promise<void> =>
    putRow(year.service.table, key, change(rowThen('now', key)) as Value);

  it('are as they were', async () => {
    await nobodyComesIn();
    await endedOfficeIsClosed();
  });

  it.each([
    ['2027-04-02', 'summer'],
    ['2027-04-03', 'winter'],
    ['2027-04-04', 'march'],
    ['2027-04-05', 'nowhere'],
  ])('were set back on %s: to those of %s', async (day, at) => {
    const { rows, requests, examine, codeOf, comes, known, closed, principal, refused } = year;
    await rows.putBack(year.snapshots[at] ?? new Map());
    await nobodyComesIn();
    await endedOfficeIsClosed();
    for (const name of ['first', 'twice', 'withdrawn', 'issued', 'second'])
      expect(await codeOf(examine(NODA, requests[name]))).toMatch(/^(409 wrong-state|404 unknown-request)$/);
    // Tasks take rows for hints, and make them again from the acts. The walk over all acts takes its turn once a day.
    await comes(`${day}T22:00`);
    expect(await issuances()).toBe(before);
    expect(await known('mover')).toMatchObject({ office: NISHI });
    // Nobody audits what the same person did as an officer.
    const auditor = { role: 'auditor', person: 'mover', name: TERMS.name };
    expect(await refused(SAKAI, 'POST', principal('audits', 'proposal'), auditor)).toBe('409 same-person');
    for (const id of CLOSED) expect([id, await closed(id)]).not.toEqual([id, 'none']);
    await nobodyComesIn();
  });

  it.each(FORGERIES)('of people were forged: %s', async (_, change) => {
    for (const id of ['chief', 'trainee', 'h-sato', 'mover']) await forge(rowKey('principal', id), change);
    await nobodyComesIn(['chief', 'trainee', 'holder']);
  });

  it('were forged: the office is open, its officer is back, Nishi has taken it over', async () => {
    const office = rowKey('office', 'minami');
    const { record } = rowThen('now', office);
    const taken = { pk: rowKey('office', NISHI).pk, sk: 'predecessor/minami' };
    await putRow(year.service.table, taken, { record } as Value);
    await forge(office, withState({ standing: 'open', successor: undefined }));
    const duties = ['receive', 'examine', 'responsible'];
    await forge(rowKey('principal', 'mover'), withState({ office: 'minami', duties }));
    await nobodyComesIn();
    await endedOfficeIsClosed();
  });

  it.each([
    ['examined', '500 internal'],
    ['approved', '409 wrong-state'],
  ])('were forged: the request is %s, as another one was', async (state, answer) => {
    const { requests, examine, codeOf, service } = year;
    const { examinations, persons, records } = rowThen('winter', requestKey(requests.twice ?? ''));
    const [, ...ofOther] = records as readonly string[];
    await forge(requestKey(requests.second ?? ''), (row) => {
      const [own] = row.records as readonly string[];
      return { ...row, state, examinations, persons, records: [own, ...ofOther] };
    });
    expect(await codeOf(examine(NODA, requests.second))).toBe(answer);
    // The ledger has no examination by the office.
    expect(service.logged.map(({ facts }) => facts.code)).toContain('approval-not-recorded');
    expect(await service.core.registration.recover()).toEqual([]);
    expect(await issuances()).toBe(before);
  });
};
