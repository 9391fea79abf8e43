import { Fault } from '../fault.ts';
import type { Item, Write } from '../store/store.ts';
import { type Command, decide, type Examine, type Request } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { wrongState } from './examination-steps.ts';
import { examinationRecord, submissionRecord } from './records.ts';
import { type RequestData, type RequestDataStore, withoutReasons } from './request-data.ts';
import { isRequestId } from './request-id.ts';
import { type RequestRow, requestKey, requestWrites, storeRow } from './rows.ts';

/** A request has few states, so a change can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

/** A submission, or an approving examination. What ends a request is in ends.ts. */
export type Change = Extract<Command, { command: 'submit' }> | Examine;

export interface Changes {
  read(id: string): Promise<Item<RequestRow> | undefined>;
  /**
   * Applies the command to the request and stores the result, the record of it and the further `writes` in one write.
   * Where another change was first, it reads the request again and decides anew. Resolves with the row that it stored. A
   * caller that has just read or changed the request passes it as `before`, which spares a read: the write fails if the
   * request has changed since. An examination is then no longer the one that was meant, where the state has changed:
   * `wrong-state`. `certificateDigest` is what an examination binds.
   */
  change(
    id: string,
    command: Change,
    more?: {
      readonly before?: Item<RequestRow>;
      readonly writes?: readonly Write[];
      readonly certificateDigest?: string | undefined;
      /** The data of a submission that name somebody. */
      readonly data?: RequestData;
    },
  ): Promise<Item<RequestRow>>;
  /**
   * Lists an examined request where those are who can approve it at the office, after office approval was switched on.
   * Nothing is recorded of it, because nobody acts. Where the request has changed meanwhile, it does nothing.
   */
  handBack(id: string, examined: Item<RequestRow>): Promise<void>;
}

export const openChanges = (
  { table, random, ledger }: Pick<RegistrationDeps, 'table' | 'random' | 'ledger'>,
  store: Pick<RequestDataStore, 'stage' | 'keepReasons'>,
): Changes => {
  const chance = (): string => Buffer.from(random(16)).toString('hex');

  const read = async (id: string): Promise<Item<RequestRow> | undefined> =>
    isRequestId(id) ? table.get<RequestRow>(requestKey(id)) : undefined;

  const change: Changes['change'] = async (id, command, more = {}) => {
    const { before: known, writes: others = [], certificateDigest, data } = more;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // A submission has no row to read, and reads all the same: if the store does not answer, the submission fails
      // here, before anything is written. A failed write would leave its outcome unknown.
      const before = attempt === 0 && known !== undefined ? known : await read(id);
      if (before && known && before.value.state !== known.value.state) {
        throw wrongState(before.value.state, known.value.state);
      }
      const next = decide(before?.value, command);
      const draft =
        command.command === 'submit'
          ? submissionRecord(id, next, command.actor, 'submitted', command.inBatch)
          : examinationRecord(id, next, command.actor, {
              ...examinationOf(command, next),
              certificateDigest,
            });
      const { record, writes } = await ledger.prepare(draft);
      const staged = data && (await store.stage(id, next, data));
      // Words come first: a crash leaves some that no act has, and never an act without its words.
      if (staged === undefined) await store.keepReasons(id, next);
      const row: RequestRow = {
        ...withoutReasons(next),
        records: [...(before?.value.records ?? []), record.id],
        change: chance(),
      };
      const all = [...requestWrites(id, before, row), ...(staged?.writes ?? []), ...writes, ...others];
      if (await storeRow(table, id, row, all)) {
        await staged?.settle();
        return { ...requestKey(id), version: (before?.version ?? 0) + 1, value: row };
      }
      // One of the submission's other rows (the public key, the idempotency key) is taken. The caller finds out which.
      if (before === undefined) throw new Fault('condition-failed', 'Another submission was first.');
    }
    throw new Fault('store-unavailable', 'The request kept changing; try again.');
  };

  const handBack: Changes['handBack'] = async (id, examined) => {
    const row: RequestRow = { ...examined.value, state: 'examined-once', change: chance() };
    await storeRow(table, id, row, requestWrites(id, examined, row));
  };

  return { read, change, handBack };
};

const examinationOf = ({ decision, officeApproval, batchAct }: Examine, { examinations }: Request) => {
  const stage = examinations.at(-1)?.stage ?? 'office';
  return {
    stage,
    decision,
    ...(stage === 'centre' && officeApproval && { officeApproval }),
    ...(batchAct !== undefined && { batchAct }),
  };
};
