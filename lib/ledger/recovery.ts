import { Fault, phrase } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Clock } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { Bucket, Table, Value } from '../store/store.ts';
import { parseCheckpoint, parseNote } from '../tlog/tlog.ts';
import type { Behind } from './behind-fault.ts';
import type { ActDraft, Concluded, Ledger } from './contract.ts';
import { findLost, isNamed } from './lost-leaves.ts';
import type { LeafRange, Recoveries, RecoveryActs, RecoveryAsking, RecoveryTerms } from './recoveries.ts';
import { CHECKPOINT_OBJECT } from './tree.ts';
import { readTree } from './tree-row.ts';

/**
 * The way out for a table that is behind its log. One operator names the two sizes, another one names them too. The service
 * finds which leaves are lost, and the records of both acts name every one of them. The sequencer does the rest (recovering.ts).
 */
export interface TableRecovery {
  /** How the table stands. `lost` is computed now. Fault: `record-invalid` where it falls into too many ranges. */
  standing(): Promise<RecoveryStanding>;
  /**
   * Asks for the recovery, or confirms what another operator asked for. Faults: `table-not-behind`; `confirmation-differs`
   * where the table or the log has another size than these, or has lost more than was asked about; `record-invalid`.
   */
  recover(actor: Principal, sizes: Behind): Promise<RecoveryOutcome>;
}

/**
 * `behind` until two operators recorded it; `recovering` until what the bucket has is brought back. `lost` are ranges of leaf
 * indexes, from the first number up to, and without, the second.
 */
export type RecoveryStanding =
  | { readonly state: 'level' }
  | (RecoveryView & { readonly state: 'behind' | 'recovering'; readonly awaiting?: AwaitedRecovery });

interface RecoveryView extends Behind {
  readonly lost: readonly LeafRange[];
}

export interface AwaitedRecovery {
  readonly askedBy: string;
  /** RFC 3339. */
  readonly askedAt: string;
  readonly lapsesAt: string;
}

export type RecoveryOutcome = RecoveryView & {
  /** Present while another operator has to confirm. */
  readonly awaiting?: AwaitedRecovery;
  /** Whether this call recorded something. */
  readonly first: boolean;
};

const awaitedOf = ({ askedBy, askedAt, lapsesAt }: RecoveryAsking): AwaitedRecovery => ({
  askedBy,
  askedAt,
  lapsesAt,
});

const viewOf = ({ table, published, lost }: RecoveryTerms): RecoveryView => ({ table, published, lost });

const detailsOf = ({ table, published, end, since, lost }: RecoveryTerms): Value => ({
  table,
  published,
  end,
  ...(since !== undefined && { since }),
  lost,
});

export const openRecovery = (deps: {
  readonly table: Table;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly recoveries: Recoveries;
  readonly recorder: Pick<Ledger, 'conclude'>;
  /** When an asking lapses, by the time of the asking in milliseconds. */
  readonly lapsesAt: (askedAt: number) => number;
  readonly clock: Clock;
}): TableRecovery => {
  const { table, bucket, recoveries, clock } = deps;

  /** What the table lacks now; undefined where it is not behind. */
  const find = async (): Promise<RecoveryTerms | undefined> => {
    // In this order: the row grows before the checkpoint does.
    const object = await bucket.get(CHECKPOINT_OBJECT);
    const size = (await readTree(table))?.row.size ?? 0;
    if (object === undefined) return undefined;
    const tree = parseCheckpoint(parseNote(object.body).text);
    return tree.size > size ? findLost(deps, size, tree) : undefined;
  };

  /** The asking that this state of the table still fits. */
  const inForce = ({ asking }: RecoveryActs, now: RecoveryTerms): RecoveryAsking | undefined =>
    asking !== undefined &&
    clock() < Date.parse(asking.lapsesAt) &&
    asking.table === now.table &&
    asking.published === now.published &&
    asking.end === now.end &&
    isNamed(now.lost, asking.lost)
      ? asking
      : undefined;

  const confirmedFor = ({ confirmed }: RecoveryActs, now: RecoveryTerms): RecoveryTerms | undefined =>
    confirmed.find(
      ({ table: size, published, lost }) =>
        size === now.table && published === now.published && isNamed(now.lost, lost),
    );

  const store = async ({ isOurs, writes }: Concluded): Promise<boolean> => {
    if (writes.length > 0) await table.write(writes);
    return isOurs;
  };

  const askingDraft = (actor: Principal, terms: RecoveryTerms): ActDraft => ({
    kind: 'recovery',
    actor: actor.id,
    details: {
      act: 'asked',
      ...detailsOf(terms),
      person: actor.person,
      lapsesAt: new Date(deps.lapsesAt(clock())).toISOString(),
    },
  });

  const confirmingDraft = (actor: Principal, asking: RecoveryAsking): ActDraft => ({
    kind: 'recovery',
    actor: actor.id,
    details: {
      act: 'confirmed',
      ...detailsOf(asking),
      confirms: asking.record,
      askedBy: asking.askedBy,
      askedByPerson: asking.person as string,
      askedAt: asking.askedAt,
      person: actor.person,
    },
  });

  return {
    standing: async () => {
      const now = await find();
      const acts = await recoveries.read();
      if (now === undefined) {
        const open = await recoveries.unfinished();
        return open === undefined ? { state: 'level' } : { state: 'recovering', ...viewOf(open) };
      }
      const confirmed = confirmedFor(acts, now);
      if (confirmed !== undefined) return { state: 'recovering', ...viewOf(confirmed) };
      const asking = inForce(acts, now);
      return { state: 'behind', ...viewOf(now), ...(asking && { awaiting: awaitedOf(asking) }) };
    },

    recover: async (actor, sizes) => {
      for (;;) {
        const now = await find();
        if (now === undefined) {
          throw new Fault(
            'table-not-behind',
            'The table has every leaf that is published; nothing is to be recovered.',
          );
        }
        if (now.table !== sizes.table || now.published !== sizes.published) throw otherSizes(now);
        const acts = await recoveries.read();
        const confirmed = confirmedFor(acts, now);
        if (confirmed !== undefined) return { ...viewOf(confirmed), first: false };
        const asking = inForce(acts, now);
        if (asking === undefined) {
          const asked = await deps.recorder.conclude(askingDraft(actor, now), acts.next);
          if (!(await store(asked))) continue;
          const { record } = asked;
          const { lapsesAt } = (record as Extract<typeof record, ActDraft>).details;
          const awaiting = { askedBy: actor.id, askedAt: record.time, lapsesAt: textIn(lapsesAt) ?? '' };
          return { ...viewOf(now), awaiting, first: true };
        }
        if (asking.person === actor.person || asking.askedBy === actor.id) {
          return { ...viewOf(asking), awaiting: awaitedOf(asking), first: false };
        }
        const confirmation = await deps.recorder.conclude(confirmingDraft(actor, asking), acts.next);
        if (await store(confirmation)) return { ...viewOf(asking), first: true };
      }
    },
  };
};

const otherSizes = ({ table, published }: RecoveryTerms): Fault =>
  new Fault(
    'confirmation-differs',
    phrase`The table has ${table} leaves and ${published} are published; name these two sizes, after a look at what is lost.`,
    { table, published },
  );
