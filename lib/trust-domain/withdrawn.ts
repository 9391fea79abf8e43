import { wentThrough } from '../fault.ts';
import { everyItem, type Table, type Write } from '../store/store.ts';

/**
 * Principals that earlier files had. Records name their ids, so an id never gets another person.
 *
 *   trust-domain-withdrawn  {principal}  WithdrawnRow
 *
 * A principal that comes back keeps its row.
 */
type WithdrawnRow = { readonly person: string };

const PK = 'trust-domain-withdrawn';
/** The most rows in one write. */
const BATCH = 90;

/** The persons of withdrawn principals, by the principals' ids. */
export const readWithdrawn = async (table: Table): Promise<ReadonlyMap<string, string>> => {
  const persons = new Map<string, string>();
  for await (const { sk, value } of everyItem<WithdrawnRow>(table, { pk: PK })) persons.set(sk, value.person);
  return persons;
};

/** Does not change a row that exists, so it can be repeated. */
export const rememberWithdrawn = async (
  table: Table,
  principals: readonly { readonly id: string; readonly person: string }[],
): Promise<void> => {
  for (;;) {
    const known = await readWithdrawn(table);
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
