import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { operatorsOf } from '../../functions/local/demonstration-people.ts';
import { random } from '../../functions/random.ts';
import { openActing } from '../../lib/enrolment/acting.ts';
import type { PrincipalState } from '../../lib/enrolment/contract.ts';
import { openDirectory } from '../../lib/enrolment/directory.ts';
import { listPk, namedPk } from '../../lib/enrolment/listings.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { principalState } from '../../lib/enrolment/states.ts';
import { openPersonal } from '../../lib/personal/personal.ts';
import type { Principal } from '../../lib/principal.ts';
import { openStore } from '../ocsp/store.ts';

/**
 * `node worker.ts OFFICERS TRANSFERS OFFICES HOLDERS`: one process, as a server is. Its figures go to standard output as one line of JSON.
 * README.md says what is measured.
 */
const [officers = 60_000, transfers = 20_000, offices = 1_741, holders = 1_000_000] = process.argv
  .slice(2, 6)
  .map(Number) as [number, number, number, number];
const FEW = 1_000;
const AT_ONCE = 64;
const SERVICE = { id: 'service' };

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-enrolment-'));
/** One process at a time has the folder. */
let { core, trustDomain, table, close, ...apart } = await openStore(folder);
/** Its own retention of names has no end that a run would reach. */
const namesEnd = (ms: number): number => ms + 3_650 * 86_400_000;
const rooms = () => ({
  people: core.enrolment.people,
  acting: openActing(
    {
      table,
      recorder: core.ledger,
      random,
      tokenUsers: undefined,
      personal: openPersonal({ ...apart, table, recorder: core.ledger, random, clock: Date.now }).data,
      namesEnd,
      clock: Date.now,
    },
    'principal',
    principalState,
  ),
  directory: openDirectory({ table, recorder: core.ledger, founders: trustDomain, clock: Date.now }),
});
let { people, acting, directory } = rooms();
const [first, second] = operatorsOf(trustDomain);
const operator = second;

const idOf = (n: number): string => `officer-${n}`;
/** Of the first offices, so that one has some thousands of officers. */
const officeOf = (n: number): string => officeId(n % 20);
const officeId = (n: number): string => `office-${n}`;

const together = async (from: number, to: number, one: (n: number) => Promise<unknown>): Promise<void> => {
  let n = from;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (n < to) await one(n++);
    }),
  );
};

/** An officer as the last act of an enrolment leaves one. */
const enrol = async (n: number): Promise<void> => {
  const { contents, digest } = acting.salted({ name: { ja: `担当 ${n}`, en: `Officer ${n}` } });
  const state: PrincipalState = {
    standing: 'active',
    role: 'officer',
    person: idOf(n),
    tenant: 'tokiwa',
    office: officeOf(n),
    duties: ['receive', 'examine'],
    from: '2026-04-01T00:00:00.000Z',
    contents: digest,
  };
  await acting.act(idOf(n), SERVICE, () => ({ outcome: { act: 'enrolled', state }, contents }));
};

/** What two offices agreed on for that moment. */
const prepare = async (n: number, effectiveFrom: string): Promise<void> => {
  await acting.act(idOf(n), SERVICE, ({ standing }) => {
    const state = standing?.state as PrincipalState;
    const prepared = { state: { ...state, office: officeOf(n + 1) }, effectiveFrom };
    return { outcome: { act: 'prepared', state, prepared } };
  });
};

/** Microseconds of one call, the middle of several rounds. */
const time = async (one: (n: number) => Promise<unknown>, times: number): Promise<number> => {
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    for (let n = 0; n < times; n++) await one(n);
    rounds.push(((performance.now() - began) * 1000) / times);
  }
  return rounds.sort((a, b) => a - b)[2] as number;
};

const openOffice = async (n: number): Promise<void> => {
  const terms = {
    tenant: 'tokiwa',
    name: { ja: `${n} 町役場`, en: `Town ${n}` },
    attributes: {},
    profiles: [],
  };
  await core.enrolment.offices.propose(first, officeId(n), terms);
  await core.enrolment.offices.confirm(second, officeId(n));
};

/** A holder as a submission of the first office leaves one. */
const counter: Principal = {
  id: 'counter',
  role: 'officer',
  person: 'counter',
  tenant: 'tokiwa',
  office: officeId(0),
  duties: ['receive'],
  name: { ja: '受付', en: 'Counter' },
};
const name = (n: number) => core.enrolment.holders.name(counter, `h-${String(n).padStart(8, '0')}`);

/** The rows of further holders, which have the same form. Their acts would take hours, and no list reads them. */
const fillHolders = (from: number, to: number): void => {
  const db = new DatabaseSync(join(folder, 'table.sqlite'));
  db.exec('PRAGMA synchronous = OFF');
  const put = db.prepare("INSERT INTO item (pk, sk, version, value) VALUES (?, ?, 1, '{}')");
  db.exec('BEGIN');
  for (let n = from; n < to; n++) {
    const id = `h-${String(n).padStart(8, '0')}`;
    put.run(`enrolled-principal/${id}`, 'principal');
    put.run(listPk('principal', { role: 'holder' }), id);
    put.run(namedPk(officeId(0)), id);
  }
  db.exec('COMMIT');
  db.close();
};

const PAGE = { limit: 50 };
/** Microseconds of the first page of each list. */
const firstPages = async () => ({
  offices: await time(() => core.enrolment.offices.list(operator, PAGE), 20),
  'all but holders': await time(() => people.list(operator, PAGE), 20),
  'officers of an office': await time(() => people.list(operator, { office: officeId(0), ...PAGE }), 20),
  'all officers': await time(() => people.list(operator, { role: 'officer', ...PAGE }), 20),
  'holders of an office': await time(() => core.enrolment.holders.list(counter, PAGE), 20),
  'all holders': await time(() => core.enrolment.holders.list(operator, PAGE), 20),
});

/** Opens the folder again. Resolves with the milliseconds until the service may act. */
const startAgain = async (between: () => void = () => {}): Promise<number> => {
  await close();
  between();
  const began = performance.now();
  ({ core, trustDomain, table, close, ...apart } = await openStore(folder));
  const took = performance.now() - began;
  ({ people, acting, directory } = rooms());
  return took;
};

await together(0, 100, openOffice);
await together(0, FEW, enrol);
await together(0, FEW, name);
const few = await firstPages();
await startAgain();
const startOfFew = await startAgain();
await together(100, offices, openOffice);
await together(FEW, officers, enrol);
await startAgain(() => fillHolders(FEW, holders));
const startOfMany = await startAgain();
const many = await firstPages();
const known = (n: number): string => idOf((n * 7_919) % officers);
const read = await time((n) => table.get(rowKey('principal', known(n))), 2_000);
const byRows = await time((n) => directory.find(known(n)), 2_000);
const byActs = await time((n) => directory.findProven(known(n)), 2_000);

const soon = new Date(Date.now() + 1_000).toISOString();
await together(0, transfers, (n) => prepare(n, soon));
await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(soon) - Date.now())));
const began = performance.now();
const changed = (await people.bringIntoForce()).length;
const seconds = (performance.now() - began) / 1000;

process.stdout.write(
  `${JSON.stringify({ few, many, startOfFew, startOfMany, read, byRows, byActs, changed, seconds })}\n`,
);
await close();
rmSync(folder, { recursive: true, force: true });
