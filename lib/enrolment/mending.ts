import { Fault, wentThrough } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, numberIn, textIn, timeIn } from '../members.ts';
import type { Log } from '../ports.ts';
import { MAX_PAGE, type Objects, type Value } from '../store/store.ts';
import { tryEach } from '../try-each.ts';
import { type Acting, type ActingDeps, openActing } from './acting.ts';
import type { PrincipalState } from './contract.ts';
import { wantedUser } from './following-users.ts';
import { type NamesOnWalk, openKeepingNames } from './keeping-names.ts';
import { isPerson } from './persons.ts';
import { openPrincipalNames } from './principal-names.ts';
import { nameOf, type Said, type Subject } from './reading.ts';
import { contentsOf } from './rows.ts';
import { officeState, principalState } from './states.ts';

/*
 * Rows of offices and principals that a crash or somebody else left behind their newest act are made again from the bucket. The
 * bucket's own list of acts is walked, because whoever deletes a row deletes it from the lists of the table as well. Names of
 * organisations are in rows only. Where they are lost they stay so until somebody gives them again. The same walk compares the
 * users of tokens, and keeps the names of persons from ending while the enrolment is in force.
 *
 *   enrolment-walk  walk  { subject, cursor, at }  where the next run goes on, and when the last one was
 */

export interface Mending {
  /** The rows of one subject, after an act that was announced. Resolves with whether they were behind it. */
  follow(record: LedgerRecord): Promise<boolean>;
  /**
   * The next part of the walk. All acts have their turn within a day where there are at most `ACTS_A_DAY`. Resolves with the
   * subjects whose rows were made again; the first fault is thrown at the end.
   */
  mend(): Promise<readonly string[]>;
}

/** 60,000 principals with ten acts each. */
const ACTS_A_DAY = 600_000;
/** A part takes one function a few minutes at most. */
const MOST_ACTS = 10_000;
const DAY_MS = 86_400_000;

const SUBJECTS = ['office', 'principal'] as const;
const WALK = { pk: 'enrolment-walk', sk: 'walk' };
const PATH = /^outcomes\/[a-z]+\.([^/]+)\/(\d+)$/;

interface Walk {
  readonly subject: Subject;
  readonly cursor?: string;
  readonly at: number;
}

const walkIn = (value: Value | undefined): Walk => {
  const { subject, cursor, at } = membersIn(value);
  const from = textIn(cursor);
  return {
    subject: subject === 'principal' ? 'principal' : 'office',
    ...(from !== undefined && { cursor: from }),
    at: timeIn(at),
  };
};

/** The newest number of each id, as far as these keys have it. The next part has the others. */
const numbersIn = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  for (const key of keys) {
    const [, id = '', text] = PATH.exec(key) ?? [];
    const number = Number(text);
    if (number > (numbers.get(id) ?? 0)) numbers.set(id, number);
  }
  return numbers;
};

export const openMending = ({
  objects,
  log,
  ...deps
}: ActingDeps & {
  readonly objects: Pick<Objects, 'list'>;
  readonly log: Log;
}): Mending => {
  const { table, tokenUsers, clock } = deps;
  const principals = openActing(deps, 'principal', principalState);
  const acting: Readonly<Record<Subject, Acting<{ readonly contents?: string }>>> = {
    office: openActing(deps, 'office', officeState),
    principal: principals,
  };
  const keepingNames = openKeepingNames({ table, names: openPrincipalNames(deps), log }, principals);

  const mendOne = async (subject: Subject, id: string) => {
    const { standing, row } = await acting[subject].mended(id);
    const toCome = standing?.awaiting ?? standing?.prepared;
    const areNamesLost = [
      [standing?.state, row?.known] as const,
      [toCome?.state, row?.awaiting] as const,
    ].some(([state, kept]) => isNamedInRow(state) && contentsOf(state, kept) === undefined);
    const message = areNamesLost
      ? 'The rows of an enrolment were behind its acts and were made again; names are lost: give them again'
      : 'The rows of an enrolment were behind its acts and were made again';
    log('error', message, { [subject]: id });
    return standing;
  };

  /** Somebody may have changed the user at the issuer, or a term may be over. */
  const compareUser = async (id: string, state: PrincipalState): Promise<boolean> => {
    const wanted = wantedUser(state, clock());
    // Before there is a key there is no user.
    if (state.key === undefined || !(await tokenUsers?.bring(id, wanted))) return false;
    // A user that was open against the acts was opened by somebody. A term that is over has no act of its own.
    const isSuspicious = wanted === 'disabled' && state.standing !== 'active';
    log(isSuspicious ? 'error' : 'info', 'The user of a principal was brought to its newest act', {
      principal: id,
      user: wanted,
    });
    return true;
  };

  /** The keys of the part, and where the next one begins. A cursor that somebody changed begins anew. */
  const list = async ({ subject, cursor }: Walk, limit: number) => {
    const prefix = `outcomes/${nameOf(subject, '')}`;
    try {
      return await objects.list(prefix, { limit, ...(cursor !== undefined && { cursor }) });
    } catch (error) {
      if (Fault.is(error, 'cursor-invalid')) return objects.list(prefix, { limit });
      throw error;
    }
  };

  const mendPart = async (
    subject: Subject,
    keys: readonly string[],
    done: string[],
    users: { readonly unanswered: unknown[] },
    names: Pick<NamesOnWalk, 'visit'>,
  ): Promise<void> =>
    tryEach(
      [...numbersIn(keys)],
      async ([id, number]) => {
        const whole = await acting[subject].whole(id, number);
        const standing = whole ?? (await mendOne(subject, id));
        if (whole === undefined) done.push(`${subject} ${id}`);
        if (subject === 'office' || standing === undefined) return;
        await names.visit(id, standing as Said<PrincipalState>);
        const { state } = standing;
        if (state === undefined) return;
        // An issuer that does not answer must not keep the rows from being mended. It is asked again by the next run.
        if (users.unanswered.length > 0) return;
        try {
          if (await compareUser(id, state as PrincipalState)) done.push(`user ${id}`);
        } catch (error) {
          users.unanswered.push(error);
        }
      },
      ([id], error) =>
        log('error', 'The rows of an enrolment could not be compared with its acts', {
          [subject]: id,
          error: Fault.is(error) ? error.code : 'internal',
        }),
    );

  return {
    follow: async (record) => {
      if (record.kind !== 'enrolment') return false;
      const { subject, id, closes } = record.details;
      const number = numberIn(membersIn(closes).number) ?? 0;
      if ((subject !== 'office' && subject !== 'principal') || typeof id !== 'string') return false;
      if (await acting[subject].whole(id, number)) return false;
      await mendOne(subject, id);
      return true;
    },

    mend: async () => {
      const item = await table.get(WALK);
      let walk = walkIn(item?.value);
      const now = clock();
      const since = Number.isFinite(walk.at) ? Math.max(now - walk.at, 0) : DAY_MS;
      let left = Math.min(MOST_ACTS, Math.ceil((since / DAY_MS) * ACTS_A_DAY));
      const done: string[] = [];
      const failures: unknown[] = [];
      await keepingNames.settle().catch((error: unknown) => failures.push(error));
      const users = { unanswered: [] as unknown[] };
      const names = keepingNames.openWalk();
      for (let isOver = false; left > 0 && !isOver; ) {
        const { keys, cursor } = await list(walk, Math.min(left, MAX_PAGE));
        await mendPart(walk.subject, keys, done, users, names).catch((error: unknown) =>
          failures.push(error),
        );
        left -= keys.length;
        const next = SUBJECTS[SUBJECTS.indexOf(walk.subject) + 1];
        // A round ends with the last subject; the next run begins anew.
        isOver = cursor === undefined && next === undefined;
        const subject = cursor === undefined ? (next ?? 'office') : walk.subject;
        walk = { subject, ...(cursor !== undefined && { cursor }), at: now };
      }
      const value = { ...walk, at: new Date(now).toISOString() };
      // Another run may have gone on meanwhile: then its place counts.
      await wentThrough(table.write([{ put: WALK, value, if: item ? { version: item.version } : 'absent' }]));
      const failure = [...failures, ...users.unanswered, names.conclude()].find((one) => one !== undefined);
      if (failure !== undefined) throw failure;
      return done;
    },
  };
};

const isNamedInRow = (state: { readonly contents?: string } | undefined): boolean =>
  state?.contents !== undefined && !isPerson(state);
