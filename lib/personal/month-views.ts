import type { Principal } from '../principal.ts';
import { everyObject } from '../store/store.ts';
import { serves } from '../tenant.ts';
import type { DataKeyId, MonthView } from './contract.ts';
import type { PersonalDeps } from './deps.ts';
import { copiesUntilOf, type Ending } from './ending.ts';
import { actsOnKey, endOfMonth, monthOf, ofTenant, parseKeyId } from './months.ts';

/** Months that ended earlier are in the records only. */
const SHOWN_MS = 366 * 86_400_000;

interface Month {
  readonly tenant: string;
  readonly month: string;
}

interface NewestKey extends Month {
  readonly generation: number;
  readonly id: DataKeyId;
}

/** The months that have a key; and those of the last year whose keys an act destroyed. */
export const openMonthViews = ({
  dataKeys,
  objects,
  clock,
  destruction,
}: Pick<PersonalDeps, 'dataKeys' | 'objects' | 'clock'> & Pick<Ending, 'destruction'>) => {
  const monthsOf = async (
    ids: AsyncIterable<DataKeyId>,
    isWanted: (of: Month) => boolean,
  ): Promise<ReadonlyMap<string, NewestKey>> => {
    const found = new Map<string, NewestKey>();
    for await (const id of ids) {
      const of = parseKeyId(id);
      if (of === undefined || !('month' in of) || !isWanted(of)) continue;
      const name = `${of.month} ${of.tenant}`;
      if (of.generation > (found.get(name)?.generation ?? 0)) found.set(name, { ...of, id });
    }
    return found;
  };

  /** Keys on which there is an act. */
  const actedOn = async function* (tenant: string | undefined): AsyncGenerator<DataKeyId> {
    const prefix = tenant === undefined ? '' : `${tenant}.`;
    for await (const path of everyObject(objects, `outcomes/${actsOnKey(prefix)}`)) {
      const [, act = ''] = path.split('/');
      yield act.slice(actsOnKey('').length);
    }
  };

  return async (actor: Principal): Promise<readonly MonthView[]> => {
    const isServed = (of: Month): boolean => serves(actor, ofTenant(of.tenant).tenant);
    const now = clock();
    const since = monthOf(now - SHOWN_MS);
    const [kept, acted] = await Promise.all([
      monthsOf(dataKeys.list(), isServed),
      monthsOf(
        actedOn(actor.tenant),
        (of) => isServed(of) && of.month >= since && endOfMonth(of.month) <= now,
      ),
    ]);
    const views = new Map<string, MonthView>();
    const endsAt = (month: string) => new Date(endOfMonth(month)).toISOString();
    for (const [name, { tenant, month }] of kept)
      views.set(name, {
        ...ofTenant(tenant),
        month,
        state: now < endOfMonth(month) ? 'open' : 'over',
        endsAt: endsAt(month),
      });
    // Where a later key is there, the month has not ended. A copy may have brought a destroyed key back.
    const last = [...acted].filter(([name, { id }]) => (kept.get(name)?.id ?? id) === id);
    const ended = await Promise.all(
      last.map(async ([name, of]) => ({ name, of, act: await destruction(of.id) })),
    );
    for (const { name, of, act } of ended) {
      if (act === undefined) continue;
      views.set(name, {
        ...ofTenant(of.tenant),
        month: of.month,
        state: 'ended',
        endsAt: endsAt(of.month),
        destroyedAt: act.record.time,
        record: act.record.id,
        copiesUntil: copiesUntilOf(act.record),
      });
    }
    return [...views].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, view]) => view);
  };
};
