import { Fault, phrase } from '../fault.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import { type AmendmentRow, amendmentKey, PK } from './amendment-rows.ts';
import { changesBetween } from './changes.ts';
import {
  type Amendments,
  type AmendmentView,
  MAX_CHANGES_SHOWN,
  type States,
  type Step,
} from './contract.ts';
import { readFile } from './files.ts';

const MAX_PAGE = 100;

export const unknownAmendment = (): Fault =>
  new Fault('unknown-amendment', 'There is no amendment of that id.');

export type ShownAmendment = Omit<AmendmentRow, 'proposed' | 'approved'> & {
  readonly proposed: Step;
  readonly approved?: Step & { readonly lapses: string };
};

/** What a view is compared with: the digest of the file in force, and the time in milliseconds since the epoch. */
export interface Moment {
  readonly inForce: string | undefined;
  readonly now: number;
}

const stateOf = (row: ShownAmendment, { inForce, now }: Moment): AmendmentView['state'] => {
  const { state, before, approved } = row;
  if (state !== 'proposed' && state !== 'approved') return state;
  if (before !== inForce) return 'superseded';
  return state === 'approved' && now >= Date.parse(approved?.lapses ?? '') ? 'lapsed' : state;
};

/** The view of a row, which decides nothing. */
export const viewOf = (id: string, row: ShownAmendment, moment: Moment): AmendmentView => {
  const { before, after, proposed, approved, rejected, appliedAt, changed } = row;
  const step = ({ by, at }: Step): Step => ({ by, at });
  return {
    id,
    state: stateOf(row, moment),
    before,
    after,
    proposed: step(proposed),
    ...(approved && { approved: step(approved), lapses: approved.lapses }),
    ...(rejected && { rejected: step(rejected) }),
    ...(appliedAt !== undefined && { appliedAt }),
    changed,
  };
};

/** Amendments as people see them. */
export const openAmendmentViews = ({
  table,
  states,
  clock,
}: {
  readonly table: Table;
  readonly states: Pick<States, 'newest'>;
  readonly clock: Clock;
}): Pick<Amendments, 'get' | 'list'> => {
  const moment = async (): Promise<Moment> => ({
    inForce: (await states.newest())?.digest,
    now: clock(),
  });

  return {
    get: async (id) => {
      const row = await table.get<AmendmentRow>(amendmentKey(id));
      if (!row) throw unknownAmendment();
      const { value } = row;
      const [before, after] = [await readFile(table, value.before), await readFile(table, value.after)];
      return {
        ...viewOf(id, value, await moment()),
        changes: changesBetween(before, after).slice(0, MAX_CHANGES_SHOWN),
      };
    },

    list: async ({ limit, cursor }) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
        throw new Fault('invalid-input', phrase`A page has 1 to ${MAX_PAGE} amendments.`, { path: 'limit' });
      }
      const page = await table.query<AmendmentRow>({
        pk: PK,
        descending: true,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      const now = await moment();
      return {
        amendments: page.items.map(({ sk, value }) => viewOf(sk, value, now)),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};
