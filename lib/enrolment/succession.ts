import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Table, Value, Write } from '../store/store.ts';
import type { Acting, Current } from './acting.ts';
import type { OfficeState } from './contract.ts';
import { unknownOffice } from './principal-views.ts';
import { MAX_PREDECESSORS, type Predecessor, predecessorWrite, readOfficeRows, recordIn } from './rows.ts';

/*
 * What follows the end of an office with a successor. The ended office stays what it was: its requests and certificates keep
 * its id, and its attributes stay in the subjects that were submitted. The successor's officers act on them. Where the
 * successor ends too, its successor acts for both.
 */

/** Rows can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

export interface Succession {
  /** Only an office of the same tenant does. Faults: `unknown-office`, `invalid-input`. */
  assertTakesOver(id: string, tenant: string, successor: string): Promise<void>;
  /**
   * Makes the rows by which the successors act for an office that has ended, and for all those that it acted for. An end that
   * happens meanwhile further on makes its own rows after its act, so each of the two finds what the other one wrote.
   */
  handOn(id: string): Promise<void>;
}

export const openSuccession = (
  table: Pick<Table, 'query' | 'write'>,
  acting: Pick<Acting<OfficeState>, 'read'>,
): Succession => {
  const invalid = (why: ReturnType<typeof phrase>): Fault =>
    new Fault('invalid-input', why, { path: 'successor' });

  const assertOpen = async (tenant: string, successor: string): Promise<void> => {
    const { standing }: Current<OfficeState> = await acting.read(successor);
    if (standing?.state?.tenant !== tenant) throw unknownOffice(successor);
    if (standing.state.standing === 'ended')
      throw invalid(phrase`The office ${successor} has ended; name one that is open.`);
  };

  /** False where somebody else wrote one of these rows meanwhile. */
  const bringTo = async (successor: string, left: ReadonlyMap<string, Value>): Promise<boolean> => {
    const { predecessors } = await readOfficeRows(table, successor);
    const before = new Map(predecessors.map(({ id, item }) => [id, item]));
    const writes = [...left].flatMap(([id, record]): readonly Write[] =>
      predecessorWrite(successor, id, record, before.get(id)),
    );
    return writes.length === 0 || wentThrough(table.write(writes));
  };

  const bringAllTo = async (successor: string, left: ReadonlyMap<string, Value>): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) if (await bringTo(successor, left)) return;
    throw new Fault('store-unavailable', 'The rows of the enrolment kept changing; try again.');
  };

  return {
    assertTakesOver: async (id, tenant, successor) => {
      if (successor === id) throw invalid(phrase`Another office takes over, or none.`);
      await assertOpen(tenant, successor);
      const [own, others] = await Promise.all([readOfficeRows(table, id), readOfficeRows(table, successor)]);
      const all = new Set([...idsOf(own.predecessors), id, ...idsOf(others.predecessors)]);
      if (all.size > MAX_PREDECESSORS)
        throw invalid(
          phrase`An office takes over from at most ${MAX_PREDECESSORS} offices, with those whose affairs they had; name another one.`,
        );
    },

    handOn: async (id) => {
      const passed = new Set<string>();
      let ended = id;
      while (!passed.has(ended)) {
        passed.add(ended);
        const { standing } = await acting.read(ended);
        const successor = standing?.state?.successor;
        if (standing === undefined || successor === undefined) return;
        const { predecessors } = await readOfficeRows(table, ended);
        const records = predecessors.map(
          (one) => [one.id, recordIn(one.item.value) as unknown as Value] as const,
        );
        await bringAllTo(successor, new Map([...records, [ended, standing.record as unknown as Value]]));
        ended = successor;
      }
    },
  };
};

const idsOf = (predecessors: readonly Predecessor[]): readonly string[] => predecessors.map(({ id }) => id);
