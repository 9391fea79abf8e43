import { Fault, wentThrough } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Principal } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { serves } from '../tenant.ts';
import type { Acting } from './acting.ts';
import type { Directory, Notice, People, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import type { Closer, Invitations } from './invitations.ts';
import { DUE, type Due } from './left-to-tasks.ts';
import { unknownOffice } from './principal-views.ts';
import type { Said } from './reading.ts';
import { noticesPk } from './rows.ts';

const PAGE = 500;
/** So many are brought into force at once. */
const SIDE_BY_SIDE = 16;
const NOTICE_SECONDS = 400 * 86_400;

const SERVICE = { id: 'service' };

/** Thrown within a decision: nothing is done. */
class OtherAct extends Error {}

type IsOpen = (office: string | undefined) => Promise<boolean>;

type DueActs = Pick<People, 'bringIntoForce' | 'notices'>;

export const openDueActs = (
  deps: EnrolmentDeps & {
    readonly acting: Acting<PrincipalState>;
    readonly directory: Pick<Directory, 'openOffice' | 'office'>;
    readonly revokeAll: Invitations['revokeAll'];
  },
): DueActs => {
  const { table, acting, directory, revokeAll, clock, log } = deps;

  /** For one run, which asks about each office once: thousands move to the same one. */
  const asksOnce = (): IsOpen => {
    const asked = new Map<string, Promise<boolean>>();
    return async (office) => {
      if (office === undefined) return true;
      const known = asked.get(office) ?? isOpen(office);
      asked.set(office, known);
      return known;
    };
  };

  /** An office that has ended or is not there receives nobody. */
  const isOpen = async (office: string): Promise<boolean> => {
    try {
      return (await directory.openOffice(office)) !== undefined;
    } catch (error) {
      if (Fault.is(error, 'not-in-force')) return false;
      throw error;
    }
  };

  /** Both offices are told, by the act that prepared it and the one that came before it. */
  const tell = async ({ principal, number }: Due, at: string, why: Notice['why']): Promise<void> => {
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
    for (const office of new Set(offices)) {
      const put = { pk: noticesPk(office), sk: `${at} ${principal}` };
      await wentThrough(table.write([{ put, value, if: 'absent', expires }]));
    }
  };

  /** Resolves with whether it is in force. `isOpen` says whether an office can receive. */
  const doOne = async (due: Due, at: string, isOpen: IsOpen): Promise<boolean> => {
    const { principal, number } = due;
    const act = await acting.at(principal, number);
    // Whoever may write rows may put one for another moment. The act has its own.
    if (act?.prepared?.effectiveFrom !== at) return false;
    const isEnd = act.prepared.state.standing === 'ended';
    // An officer ends, whatever became of the office.
    const isReceived = isEnd || (await isOpen(act.prepared.state.office));
    try {
      await acting.act(principal, SERVICE, ({ standing }) => {
        if (standing?.number !== number || standing.prepared === undefined) throw new OtherAct();
        const { state, record } = standing;
        // The prepared act is ended, so that it does not come late when the office opens again.
        if (!isReceived) return { outcome: { act: 'lapsed', ...(state && { state }), confirms: record.id } };
        const to = isEnd ? 'ended' : 'changed';
        return { outcome: { act: to, state: standing.prepared.state, confirms: record.id } };
      });
    } catch (error) {
      if (!(error instanceof OtherAct)) throw error;
      const next = await acting.at(principal, number + 1);
      // A run that was interrupted before it deleted the row may not have told the offices either.
      const isOwn = next?.record.actor === SERVICE.id && next.record.details.confirms === act.record.id;
      if (isOwn && next.record.details.act === 'ended') await revokeAll(closerOf(act), principal);
      if (isOwn && next.record.details.act !== 'lapsed') return true;
      if (isWithdrawn(next)) return false;
      await tell(due, at, isOwn ? 'office-not-open' : 'other-act');
      return false;
    }
    if (isEnd) await revokeAll(closerOf(act), principal);
    if (!isReceived) await tell(due, at, 'office-not-open');
    return isReceived;
  };

  return {
    bringIntoForce: async () => {
      const isOpen = asksOnce();
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
              if (await doOne(value, sk.slice(0, now.length), isOpen)) done.push(value.principal);
              // Another run may have deleted it meanwhile.
              await wentThrough(table.write([{ delete: { pk, sk }, if: { version } }]));
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
      const from = readableOffice(actor, office);
      const { tenant } = (await directory.office(from)) ?? {};
      if (!serves(actor, tenant)) throw unknownOffice(from);
      const pk = noticesPk(from);
      const page = await table.query({
        pk,
        descending: true,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      return {
        items: page.items.map(({ value }) => value as unknown as Notice),
        ...(tenant !== undefined && { tenant }),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};

/** Somebody took the act back. Nobody has to be told. */
const isWithdrawn = (next: Said<PrincipalState> | undefined): boolean =>
  next?.record.details.act === 'withdrawn';

/** The certificates are revoked in the name of the one who prepared the end. */
const closerOf = ({ record: { actor: id, details } }: Said<PrincipalState>): Closer => ({
  id,
  person: textIn(details.person) ?? id,
  name: { ja: id, en: id },
});

const readableOffice = ({ role, office }: Principal, asked: string | undefined): string => {
  const seesAll = role === 'operator' || role === 'auditor';
  if (seesAll && asked === undefined)
    throw new Fault('invalid-input', 'Name the office whose notices you ask for.', { path: 'office' });
  if (seesAll && asked !== undefined) return asked;
  if (role === 'officer' && office !== undefined && (asked ?? office) === office) return office;
  throw new Fault('forbidden', 'Officers read the notices to their own office.');
};
