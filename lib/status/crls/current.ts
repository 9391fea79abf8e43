import { unixSeconds } from '../../pki/pki.ts';
import { readRecordedAct } from '../../recorded-act.ts';
import type { Item } from '../../store/store.ts';
import type { CrlList } from '../crl-lists.ts';
import type { CrlScope } from '../crl-scopes.ts';
import type { CrlDeps } from '../deps.ts';
import type { CurrentRow } from './rows.ts';

/**
 * What the signed record of a publication says; times in Unix seconds. The row of the current CRL says the same and names
 * the record. Somebody may put back the row of an earlier CRL, but can make none.
 */
export interface ProvenCurrent {
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** See `CurrentRow`. */
  readonly madeAt: number;
  readonly scheduled: number;
  readonly scheduledAt: number;
  /** What it covers; absent where it covers everything. */
  readonly only?: CrlScope;
}

export type ProvingCurrent = (
  list: CrlList,
  row: Item<CurrentRow> | undefined,
) => Promise<ProvenCurrent | undefined>;

const TIMES = ['thisUpdate', 'nextUpdate', 'madeAt', 'scheduled', 'scheduledAt'] as const;

const secondsOf = (text: unknown): number => unixSeconds(String(text));

/** Undefined where the row does not say what the record of a publication says. */
export const openProvingCurrent = ({ recorder }: Pick<CrlDeps, 'recorder'>): ProvingCurrent => {
  /** What was proven last, by list: each reading verifies a signature. */
  const proven = new Map<string, { readonly record: string; readonly current: ProvenCurrent }>();

  const read = async (
    { id, issuer: { id: ca }, partition }: CrlList,
    { number, record }: CurrentRow,
  ): Promise<ProvenCurrent | undefined> => {
    if (typeof record !== 'string') return undefined;
    const known = proven.get(id);
    if (known?.record === record) return known.current;
    const publication = await readRecordedAct(recorder, record, {
      kind: 'publication',
      details: { ca, partition, number },
    });
    // The record of a CRL that never became current does not say what was scheduled.
    if (publication?.details.scheduled === undefined) return undefined;
    const { thisUpdate, nextUpdate, madeAt, scheduled, scheduledAt, only } = publication.details;
    const current = {
      number,
      thisUpdate: secondsOf(thisUpdate),
      nextUpdate: secondsOf(nextUpdate),
      madeAt: secondsOf(madeAt),
      scheduled: secondsOf(scheduled),
      scheduledAt: secondsOf(scheduledAt),
      ...(only !== undefined && { only: only as CrlScope }),
    };
    proven.set(id, { record, current });
    return current;
  };

  return async (list, row) => {
    if (row === undefined) return undefined;
    const current = await read(list, row.value);
    const isAsRecorded =
      current !== undefined &&
      (['number', ...TIMES] as const).every((name) => row.value[name] === current[name]);
    return isAsRecorded ? current : undefined;
  };
};
