import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LedgerRecord } from '../ledger/ledger.ts';
import type { Role } from '../principal.ts';
import type { Item, Key, Table, Value, Write } from '../store/store.ts';
import type { Standing } from './chain.ts';
import { dueOf, leftToTasks } from './left-to-tasks.ts';
import { earlierOf, listedBy, listings } from './listings.ts';
import { isPerson } from './persons.ts';
import type { Subject } from './reading.ts';

/**
 * The rows of offices and principals.
 *
 *   enrolled-office/{id}                  office     the newest act on the office, and its name and attributes
 *   enrolled-office/{id}        predecessor/{ended}  the act that ended an office whose affairs this one has taken over, from
 *                                                    another one that had taken them over too
 *   enrolled-offices                      {id}       all offices
 *   enrolled-principal/{id}               principal  the newest act on the principal, and the name of a relying party
 *   enrolled-offices/tenant/{tenant}      {id}       the tenant's offices
 *   enrolled-principals                   {id}       all principals but the holders that submissions enrolled
 *   enrolled-principals/office/{office}   {id}       the office's officers, and those who are to come to it
 *   enrolled-principals/role/{role}       {id}       the principals of a role
 *   enrolled-principals/tenant/{tenant}   {id}       the tenant's principals
 *   enrolled-principals/tenant/{tenant}/role/{role}  {id}  those of a role
 *   enrolled-persons/{person}             {id}       the principals behind which this person stands
 *   enrolled-holders/{office}             {id}       the holders that the office's submissions named (holders.ts)
 *   enrolled-due                          {at} {id} {n}  what is prepared for that time, by the act of that number
 *   enrolled-notices/{office}             {at} {id}  what was prepared and not done
 *   enrolled-uncertified                  {id}       principals whose confirmed key has no certificate yet
 *   enrolled-token-users                  {id}       principals whose user of tokens is not yet as the newest act says
 *   enrolled-names-behind                 {id}       principals of whom an act has left names, or set their end
 *
 * The lists have no data of their own. An office's rows are read with one query. What names a person is in no row
 * (principal-names.ts).
 */
export type Contents = { readonly salt: string; readonly contents: Value };

export type EnrolledRow = {
  /** The newest act, with its signature. */
  readonly record: Value;
  /** The names of the state in force; absent before the first. */
  readonly known?: Contents;
  /** The names of the state that awaits its confirmation, or its time. */
  readonly awaiting?: Contents;
  /** Base64 of the SubjectPublicKeyInfo that was brought last. */
  readonly subjectPublicKeyInfo?: string;
};

export const rowKey = (subject: Subject, id: string): Key => ({
  pk: `enrolled-${subject}/${id}`,
  sk: subject,
});

const PREDECESSOR = 'predecessor/';

/** So many offices leave their affairs to one, those included that had taken over others. */
export const MAX_PREDECESSORS = 50;

/** What the row of a predecessor has; `record` is as in `EnrolledRow`. */
export type PredecessorRow = Pick<EnrolledRow, 'record'>;

export interface Predecessor {
  readonly id: string;
  readonly item: Item<PredecessorRow>;
}

/** The office's own row, and those of its predecessors. */
export const readOfficeRows = async (
  table: Pick<Table, 'query'>,
  id: string,
): Promise<{
  readonly office: Item<EnrolledRow> | undefined;
  readonly predecessors: readonly Predecessor[];
}> => {
  const { pk, sk } = rowKey('office', id);
  const { items } = await table.query<EnrolledRow>({ pk, limit: 1 + MAX_PREDECESSORS });
  return {
    office: items.find((item) => item.sk === sk),
    predecessors: items
      .filter((item) => item.sk.startsWith(PREDECESSOR))
      .map((item) => ({ id: item.sk.slice(PREDECESSOR.length), item })),
  };
};

const predecessorKey = (successor: string, id: string): Key => ({
  pk: rowKey('office', successor).pk,
  sk: `${PREDECESSOR}${id}`,
});

/** Brings the row to the act that ended the office `id`, unless it has that act. */
export const predecessorWrite = (
  successor: string,
  id: string,
  record: Value,
  before: Item | undefined,
): readonly Write[] => {
  const value: PredecessorRow = { record };
  if (before && isDeepStrictEqual(before.value, value)) return [];
  const condition = before ? { version: before.version } : ('absent' as const);
  return [{ put: predecessorKey(successor, id), value, if: condition }];
};

/** Stored with the end of an office that has a successor. */
const successionWrites = async (
  table: Pick<Table, 'get'>,
  id: string,
  record: Value,
  state: { readonly successor?: string } | undefined,
): Promise<readonly Write[]> => {
  const successor = state?.successor;
  return successor === undefined
    ? []
    : predecessorWrite(successor, id, record, await table.get(predecessorKey(successor, id)));
};

export const noticesPk = (office: string): string => `enrolled-notices/${office}`;

export const readRow = (
  table: Pick<Table, 'get'>,
  subject: Subject,
  id: string,
): Promise<Item<EnrolledRow> | undefined> => table.get<EnrolledRow>(rowKey(subject, id));

export const recordIn = (row: Pick<EnrolledRow, 'record'>): LedgerRecord =>
  row.record as unknown as LedgerRecord;

/** SHA-256, hex, of names and attributes with their salt. */
export const contentsDigest = (salt: string, contents: Value): string =>
  hash('sha256', JSON.stringify([salt, sorted(contents)]));

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, inner]) => [name, sorted(inner)])
    : value;

/** The names that belong to the state. Undefined where the row has others. */
export const contentsOf = (
  state: { readonly contents?: string } | undefined,
  kept: Contents | undefined,
): Value | undefined =>
  state?.contents !== undefined && kept && contentsDigest(kept.salt, kept.contents) === state.contents
    ? kept.contents
    : undefined;

/**
 * The names of organisations that belong to the newest act, from those that the row had and those that came with the act. Those of
 * persons are in no row.
 */
export const keptContents = <S extends { readonly contents?: string; readonly role?: Role }>(
  { state, awaiting, prepared }: Standing<S>,
  kept: readonly (Contents | undefined)[],
): Pick<EnrolledRow, 'known' | 'awaiting'> => {
  const of = (one: S | undefined): Contents | undefined =>
    one === undefined || isPerson(one)
      ? undefined
      : kept.find((contents) => contentsOf(one, contents) !== undefined);
  const [known, awaited] = [of(state), of((awaiting ?? prepared)?.state)];
  return { ...(known && { known }), ...(awaited && { awaiting: awaited }) };
};

/** Whether the row has this act. */
export const isRowOf = <S>(row: EnrolledRow | undefined, { record }: Pick<Standing<S>, 'record'>): boolean =>
  row !== undefined && isDeepStrictEqual(row.record, record);

/**
 * Takes the row, and the lists that name it, to the newest act. They are made from the rows that are there, so they mend rows
 * that a crash or somebody else left. Empty where there is nothing to do.
 */
export const rowWrites = async <S extends object>(
  table: Pick<Table, 'get'>,
  subject: Subject,
  id: string,
  before: Item<EnrolledRow> | undefined,
  standing: Standing<S>,
  row: Omit<EnrolledRow, 'record'>,
  haveUsers: boolean,
): Promise<readonly Write[]> => {
  const due = dueOf(id, standing);
  const left = leftToTasks(subject, id, before?.value.record, standing, haveUsers);
  const wanted = [...listings(subject, id, listedBy(standing)), ...left, ...(due ? [due.key] : [])];
  const had = before ? listings(subject, id, earlierOf(before.value.record)) : [];
  const all = [...new Map([...wanted, ...had].map((key) => [key.pk, key])).values()];
  const found = await Promise.all(all.map((key) => table.get(key)));
  const lists = all.flatMap((key, i): readonly Write[] => {
    const item = found[i];
    const isWanted = wanted.some(({ pk }) => pk === key.pk);
    if (isWanted && item === undefined)
      return [{ put: key, value: key === due?.key ? due.value : {}, if: 'absent' }];
    // A task that is about to delete the row, because it has done what an earlier act left, finds another version.
    if (item && left.includes(key)) return [{ put: key, value: {}, if: { version: item.version } }];
    if (isWanted) return [];
    return item ? [{ delete: key, if: { version: item.version } }] : [];
  });
  const record = standing.record as unknown as Value;
  const value: EnrolledRow = { ...row, record };
  const isWhole = before !== undefined && isDeepStrictEqual(before.value, value);
  const succession = await successionWrites(table, id, record, standing.state);
  if (isWhole && lists.length + standing.writes.length + succession.length === 0) return [];
  return [
    { put: rowKey(subject, id), value, if: before ? { version: before.version } : 'absent' },
    ...lists,
    ...succession,
    ...standing.writes,
  ];
};
