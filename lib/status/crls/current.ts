import { readRecordedAct } from '../../recorded-act.ts';
import type { Item } from '../../store/store.ts';
import { FULL_CRL } from '../contract.ts';
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
  readonly scheduled: number;
  /** SHA-256 of the CRL, hex. */
  readonly digest: string;
}

export type ProvingCurrent = (
  ca: string,
  row: Item<CurrentRow> | undefined,
) => Promise<ProvenCurrent | undefined>;

const secondsOf = (text: unknown): number => Math.floor(Date.parse(String(text)) / 1000);

/** Undefined where the row does not say what the record of a publication says. */
export const openProvingCurrent = ({ recorder }: Pick<CrlDeps, 'recorder'>): ProvingCurrent => {
  /** What was proven last, by CA: each reading verifies a signature. */
  const proven = new Map<string, { readonly record: string; readonly current: ProvenCurrent }>();

  const read = async (ca: string, { number, record }: CurrentRow): Promise<ProvenCurrent | undefined> => {
    if (typeof record !== 'string') return undefined;
    const known = proven.get(ca);
    if (known?.record === record) return known.current;
    const publication = await readRecordedAct(recorder, record, {
      kind: 'publication',
      details: { ca, partition: FULL_CRL, number },
    });
    // The record of a CRL that never became current does not say what was scheduled.
    if (publication?.details.scheduled === undefined) return undefined;
    const { thisUpdate, nextUpdate, scheduled, digest } = publication.details;
    const current = {
      number,
      thisUpdate: secondsOf(thisUpdate),
      nextUpdate: secondsOf(nextUpdate),
      scheduled: secondsOf(scheduled),
      digest: String(digest),
    };
    proven.set(ca, { record, current });
    return current;
  };

  return async (ca, row) => {
    if (row === undefined) return undefined;
    const current = await read(ca, row.value);
    const { number, thisUpdate, nextUpdate, scheduled } = row.value;
    const isAsRecorded =
      current !== undefined &&
      number === current.number &&
      thisUpdate === current.thisUpdate &&
      nextUpdate === current.nextUpdate &&
      scheduled === current.scheduled;
    return isAsRecorded ? current : undefined;
  };
};
