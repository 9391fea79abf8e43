import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { everyItem, type Table, type Write } from '../store/store.ts';

/**
 * Principals that earlier files had. Records name their ids, so an id never gets another person.
 *
 *   trust-domain-withdrawn  {principal}  WithdrawnRow
 *
 * A principal that comes back keeps its row. The state in force has a digest of these rows, so that nobody frees an id by
 * deleting one.
 */
type WithdrawnRow = { readonly person: string };

/** The persons of withdrawn principals, by the principals' ids. */
export type Withdrawn = ReadonlyMap<string, string>;

const PK = 'trust-domain-withdrawn';
/** The most rows in one write. */
const BATCH = 90;

const readRows = async (table: Table): Promise<Withdrawn> => {
  const persons = new Map<string, string>();
  for await (const { sk, value } of everyItem<WithdrawnRow>(table, { pk: PK })) persons.set(sk, value.person);
  return persons;
};

/** SHA-256, hex. */
export const withdrawnDigest = (persons: Withdrawn): string =>
  hash('sha256', JSON.stringify([...persons].sort(([a], [b]) => (a < b ? -1 : 1))));

export const NOBODY_WITHDRAWN = withdrawnDigest(new Map());

/** Those of the state whose digest this is. Fault: `configuration-invalid` where the rows are others. */
export const readWithdrawn = async (table: Table, digest: string): Promise<Withdrawn> => {
  const persons = await readRows(table);
  if (withdrawnDigest(persons) === digest) return persons;
  throw new Fault(
    'configuration-invalid',
    'The rows of withdrawn principals are not those that the service wrote; restore them from a copy of the table.',
  );
};

interface Named {
  readonly id: string;
  readonly person: string;
}

/** Those of before, and the principals of the earlier file that the new one lacks. */
export const withdrawnAfter = (
  before: Withdrawn,
  earlier: readonly Named[],
  later: readonly Named[],
): Withdrawn => {
  const here = new Set(later.map(({ id }) => id));
  const gone = earlier.filter(({ id }) => !here.has(id));
  return new Map([...gone.map(({ id, person }) => [id, person] as const), ...before]);
};

/** Does not change a row that exists, so it can be repeated. */
export const rememberWithdrawn = async (table: Table, principals: readonly Named[]): Promise<void> => {
  for (;;) {
    const known = await readRows(table);
    const batch = principals.filter(({ id }) => !known.has(id)).slice(0, BATCH);
    if (batch.length === 0) return;
    const writes = batch.map(({ id, person }): Write => {
      const value: WithdrawnRow = { person };
      return { put: { pk: PK, sk: id }, value, if: 'absent' };
    });
    // The write fails where another process remembers one of these principals at the same time. The next turn then
    // finds its row.
    await wentThrough(table.write(writes));
  }
};
