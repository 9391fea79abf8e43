import { Fault, wentThrough } from '../fault.ts';
import type { Role } from '../principal.ts';
import type { Item, Value } from '../store/store.ts';
import { type Actor, type Outcome, openChain, type Standing } from './chain.ts';
import type { EnrolmentDeps } from './deps.ts';
import { isPerson } from './persons.ts';
import { openPrincipalNames } from './principal-names.ts';
import type { Said, Subject } from './reading.ts';
import {
  type Contents,
  contentsDigest,
  type EnrolledRow,
  isRowOf,
  keptContents,
  readRow,
  recordIn,
  rowWrites,
} from './rows.ts';
import type { StateShape } from './states.ts';

/** An act can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

/** An office or a principal as the newest act has it, and its row. */
export interface Current<S> {
  readonly standing?: Said<S>;
  readonly row?: EnrolledRow;
}

/** The next act, and what its row keeps besides. */
export interface Decision<S> {
  readonly outcome: Outcome<S>;
  /** The names that belong to the act's state, or to what it proposes or prepares; absent where they are those of an earlier one. */
  readonly contents?: Contents;
  readonly subjectPublicKeyInfo?: string;
}

export interface Acting<S> {
  /** By the newest act in the bucket. */
  read(id: string): Promise<Current<S>>;
  /** The act of that number, by its object. */
  at(id: string, number: number): Promise<Standing<S> | undefined>;
  /** By the row, for what is shown. Its act has its signature; where a closed key made that, the objects say what it is. */
  shown(id: string): Promise<Current<S>>;
  /**
   * Decides by the newest act, puts the next one and brings the rows to it. Where another act was first, it reads again and
   * decides anew. `actor` undefined: somebody without credentials, on the principal itself.
   */
  act(
    id: string,
    actor: Actor | undefined,
    decide: (current: Current<S>) => Decision<S> | Promise<Decision<S>>,
  ): Promise<Current<S>>;
  /** By the newest act, after the rows were brought to it, with what the row keeps besides. */
  mended(id: string, kept?: Omit<Decision<S>, 'outcome'>): Promise<Current<S>>;
  /**
   * What the row's act says, where the row and its lists are those of a proven act of this number or a later one. Without any
   * read of acts.
   */
  whole(id: string, number: number): Promise<Said<S> | undefined>;
  /** The newest act and all before it, newest first, by the objects. */
  history(id: string): AsyncIterable<Standing<S>>;
  /** Salted, to be kept; the digest goes into the act. */
  salted(contents: Value): { readonly contents: Contents; readonly digest: string };
}

export type ActingDeps = Pick<
  EnrolmentDeps,
  'table' | 'recorder' | 'random' | 'tokenUsers' | 'personal' | 'namesEnd' | 'clock'
>;

interface State {
  readonly contents?: string;
  readonly tenant?: string;
  readonly role?: Role;
}

export const openActing = <S extends State>(
  deps: ActingDeps,
  subject: Subject,
  state: StateShape<S>,
): Acting<S> => {
  const { table, recorder, random, tokenUsers } = deps;
  const chain = openChain(recorder, subject, state);
  const names = openPrincipalNames(deps);

  const readBoth = async (id: string) => {
    const item = await readRow(table, subject, id);
    const hint = item && chain.said(id, recordIn(item.value))?.number;
    return { item, standing: await chain.newest(id, hint) };
  };

  const current = ({ item, standing }: Awaited<ReturnType<typeof readBoth>>): Current<S> => ({
    ...(standing && { standing }),
    ...(item && { row: item.value }),
  });

  const writesFor = (
    id: string,
    item: Item<EnrolledRow> | undefined,
    standing: Standing<S>,
    { contents, subjectPublicKeyInfo }: Omit<Decision<S>, 'outcome'> = {},
  ) => {
    const { known, awaiting, subjectPublicKeyInfo: had } = (item?.value ?? {}) as Partial<EnrolledRow>;
    const key = subjectPublicKeyInfo ?? had;
    const row = {
      ...keptContents(standing, [contents, known, awaiting]),
      ...(key !== undefined && { subjectPublicKeyInfo: key }),
    };
    return rowWrites(table, subject, id, item, standing, row, tokenUsers !== undefined);
  };

  /** Undefined where somebody changed the rows meanwhile. */
  const store = async (
    id: string,
    item: Item<EnrolledRow> | undefined,
    standing: Standing<S>,
    kept: Omit<Decision<S>, 'outcome'> = {},
  ): Promise<EnrolledRow | undefined> => {
    const writes = await writesFor(id, item, standing, kept);
    if (writes.length === 0) return item?.value;
    if (await wentThrough(table.write(writes))) return (await readRow(table, subject, id))?.value;
    // Somebody staged the record meanwhile, or changed the row.
    return undefined;
  };

  const act: Acting<S>['act'] = async (id, actor, decide) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const before = await readBoth(id);
      // An earlier act may have lost its answer, and the rows with it. Whoever asks for the same again brings them.
      if (before.standing && !isRowOf(before.item?.value, before.standing)) {
        await store(id, before.item, before.standing);
        before.item = await readRow(table, subject, id);
      }
      const { outcome, ...kept } = await decide(current(before));
      // Names of a person come before the act. A crash leaves them without an act, and never an act without its names.
      const named = kept.contents && personNamed(outcome, kept.contents);
      if (named && kept.contents) await names.put(id, named, kept.contents);
      const standing = await chain.put(id, before.standing, actor, outcome);
      if (standing === undefined) {
        if (named?.contents !== undefined) await names.remove(id, named.contents);
        continue;
      }
      const row = (await store(id, before.item, standing, kept)) ?? (await mended(id, kept)).row;
      return { standing, ...(row && { row }) };
    }
    throw new Fault('store-unavailable', 'The enrolment kept changing; try again.');
  };

  /** The act is there, and the rows are made to fit it, whoever changed them. */
  const mended: Acting<S>['mended'] = async (id, kept) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { item, standing } = await readBoth(id);
      if (standing === undefined) return {};
      const row = await store(id, item, standing, kept);
      if (row) return { standing, row };
    }
    throw new Fault('store-unavailable', 'The rows of the enrolment kept changing; try again.');
  };

  return {
    read: async (id) => current(await readBoth(id)),

    at: chain.at,

    shown: async (id) => {
      const item = await readRow(table, subject, id);
      const standing = item && (await chain.proven(id, recordIn(item.value)));
      return item && standing ? { standing, row: item.value } : {};
    },

    act,

    mended,

    whole: async (id, number) => {
      const item = await readRow(table, subject, id);
      const said = item && (await chain.proven(id, recordIn(item.value)));
      if (said === undefined || said.number < number) return undefined;
      return (await writesFor(id, item, { ...said, writes: [] })).length === 0 ? said : undefined;
    },

    history: async function* (id) {
      const { standing } = await readBoth(id);
      if (standing === undefined) return;
      yield standing;
      yield* chain.before(id, standing);
    },

    salted: (contents) => {
      const salt = Buffer.from(random(16)).toString('hex');
      return { contents: { salt, contents }, digest: contentsDigest(salt, contents) };
    },
  };
};

/** The state of a person that has these names. */
const personNamed = <S extends State>(
  { state, proposed, prepared }: Outcome<S>,
  { salt, contents }: Contents,
): S | undefined => {
  const digest = contentsDigest(salt, contents);
  return [state, proposed?.state, prepared?.state].find(
    (one) => one !== undefined && isPerson(one) && one.contents === digest,
  );
};
