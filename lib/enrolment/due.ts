import { Fault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { Value, Write } from '../store/store.ts';
import type { Acting } from './acting.ts';
import type { Directory, Notice, People, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { DUE, noticesPk } from './rows.ts';

/** Which principal a prepared act is about, and the number of the act. The row opens nothing: the act decides. */
export type Due = { readonly principal: string; readonly number: number };

const PAGE = 500;
/** So many are brought into force at once. */
const SIDE_BY_SIDE = 16;
const NOTICE_SECONDS = 400 * 86_400;

const SERVICE = { id: 'service' };

/** Thrown within a decision: nothing is done. */
class NotDone extends Error {
  readonly why: Notice['why'] | 'done';
  constructor(why: Notice['why'] | 'done') {
    super(why);
    this.why = why;
  }
}

type DueActs = Pick<People, 'bringIntoForce' | 'notices'>;

export const openDueActs = (
  deps: EnrolmentDeps & {
    readonly acting: Acting<PrincipalState>;
    readonly directory: Pick<Directory, 'openOffice'>;
  },
): DueActs => {
  const { table, acting, directory, clock, log } = deps;

  /** Whether the office is open; one that has ended or is not there receives nobody. */
  const isOpen = async (office: string | undefined): Promise<boolean> => {
    if (office === undefined) return true;
    try {
      return (await directory.openOffice(office)) !== undefined;
    } catch (error) {
      if (Fault.is(error, 'not-in-force')) return false;
      throw error;
    }
  };

  /** Both offices are told, by the act that prepared it and the one that came before it. */
  const tell = async (
    { principal, number }: Due,
    at: string,
    why: Notice['why'],
  ): Promise<readonly Write[]> => {
    const before = await acting.at(principal, number);
    const instead = await acting.at(principal, number + 1);
    const offices = [before?.state?.office, before?.prepared?.state.office].filter(
      (one) => one !== undefined,
    );
    const value: Value = {
      effectiveFrom: at,
      principal,
      prepared: before?.record.id ?? '',
      ...(instead && { instead: instead.record.id }),
      why,
    };
    const expires = Math.floor(clock() / 1000) + NOTICE_SECONDS;
    const puts = [...new Set(offices)].map(async (office): Promise<readonly Write[]> => {
      const put = { pk: noticesPk(office), sk: `${at} ${principal}` };
      return (await table.get(put)) ? [] : [{ put, value, if: 'absent', expires }];
    });
    return (await Promise.all(puts)).flat();
  };

  const doOne = async (due: Due, at: string): Promise<boolean> => {
    const { principal, number } = due;
    const prepared = (await acting.at(principal, number))?.prepared;
    const isReceived = await isOpen(prepared?.state.office);
    try {
      await acting.act(principal, SERVICE, ({ standing }) => {
        // Done by a run that was interrupted before it deleted the row.
        if (standing?.number === number + 1 && standing.record.details.confirms !== undefined)
          throw new NotDone('done');
        if (standing?.number !== number || standing.prepared === undefined) throw new NotDone('other-act');
        if (!isReceived) throw new NotDone('office-not-open');
        return {
          outcome: { act: 'changed', state: standing.prepared.state, confirms: standing.record.id },
        };
      });
      return true;
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      if (error.why !== 'done') await store(await tell(due, at, error.why));
      return error.why === 'done';
    }
  };

  const store = async (writes: readonly Write[]): Promise<void> => {
    if (writes.length > 0) await table.write(writes);
  };

  return {
    bringIntoForce: async () => {
      const done: string[] = [];
      const failures: unknown[] = [];
      const now = new Date(clock()).toISOString();
      let cursor: string | undefined;
      do {
        const page = await table.query<Due>({
          pk: DUE,
          limit: PAGE,
          ...(cursor !== undefined && { cursor }),
        });
        const items = page.items.filter(({ sk }) => sk.slice(0, now.length) <= now);
        const next = items.values();
        const work = async (): Promise<void> => {
          for (const { pk, sk, version, value } of next) {
            try {
              if (await doOne(value, sk.slice(0, now.length))) done.push(value.principal);
              await table.write([{ delete: { pk, sk }, if: { version } }]);
            } catch (error) {
              failures.push(error);
              log('error', 'What was prepared could not be brought into force; it is tried again', {
                principal: value.principal,
                error: Fault.is(error) ? error.code : 'internal',
              });
            }
          }
        };
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
        cursor = items.length === page.items.length ? page.cursor : undefined;
      } while (cursor !== undefined);
      if (failures.length > 0) throw failures[0];
      return done;
    },

    notices: async (actor, { office, limit, cursor }) => {
      const pk = noticesPk(readableOffice(actor, office));
      const page = await table.query({
        pk,
        descending: true,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      return {
        items: page.items.map(({ value }) => value as unknown as Notice),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};

const readableOffice = ({ role, office }: Principal, asked: string | undefined): string => {
  const seesAll = role === 'operator' || role === 'auditor';
  if (seesAll && asked === undefined)
    throw new Fault('invalid-input', 'Name the office whose notices you ask for.', { path: 'office' });
  if (seesAll && asked !== undefined) return asked;
  if (role === 'officer' && office !== undefined && (asked ?? office) === office) return office;
  throw new Fault('forbidden', 'Officers read the notices to their own office.');
};
