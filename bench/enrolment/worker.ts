import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOffices, operatorsOf, readPeople } from '../../functions/local/demonstration-people.ts';
import { random } from '../../functions/random.ts';
import { openActing } from '../../lib/enrolment/acting.ts';
import type { PrincipalState } from '../../lib/enrolment/contract.ts';
import { openDirectory } from '../../lib/enrolment/directory.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { principalState } from '../../lib/enrolment/states.ts';
import type { Principal } from '../../lib/principal.ts';
import { openStore } from '../ocsp/store.ts';

/**
 * `node worker.ts OFFICERS TRANSFERS`: one process, as a server is. Its figures go to standard output as one line of JSON.
 * README.md says what is measured.
 */
const [officers = 60_000, transfers = 20_000] = process.argv.slice(2, 4).map(Number);
const OFFICES = ['mizusaki-higashi', 'mizusaki-nishi', 'hatanoura'];
const FEW = 1_000;
const AT_ONCE = 64;
const SERVICE = { id: 'service' };

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-enrolment-'));
const { core, trustDomain, table, close } = await openStore(folder);
const { people } = core.enrolment;
const acting = openActing({ table, recorder: core.ledger, random }, 'principal', principalState);
const founders = trustDomain;
const directory = openDirectory({ table, recorder: core.ledger, founders, clock: Date.now });
await openOffices(core, operatorsOf(trustDomain), await readPeople());
const operator = trustDomain.operators.find(({ id }) => id === 'operator-noda') as Principal;

const idOf = (n: number): string => `officer-${n}`;
const officeOf = (n: number): string => OFFICES[n % OFFICES.length] as string;

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

const firstPage = () => time(() => people.list(operator, { office: 'hatanoura', limit: 50 }), 20);

await together(0, FEW, enrol);
const listOfFew = await firstPage();
await together(FEW, officers, enrol);
const listOfMany = await firstPage();
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
  `${JSON.stringify({ officers, listOfFew, listOfMany, read, byRows, byActs, changed, seconds })}\n`,
);
await close();
rmSync(folder, { recursive: true, force: true });
