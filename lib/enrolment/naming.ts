import { Fault, wentThrough } from '../fault.ts';
import type { Closes, LedgerRecord } from '../ledger/ledger.ts';
import type { Principal } from '../principal.ts';
import type { Key, Table, Value } from '../store/store.ts';
import type { Recorder } from './chain.ts';
import { namedPk } from './listings.ts';
import { type Act, HOLDER_ENROLLED, nameOf } from './reading.ts';
import { type PredecessorRow, recordIn } from './rows.ts';

/*
 * Which office named which holder. The act that enrolled the holder names the office that submitted first. Each further office
 * has an act of its own:
 *
 *   outcomes/holder.{office}.{holder}/1   that a submission of this office named the holder
 *
 * A row repeats the act with its signature, so that the holders of an office are found without reading any other office's.
 */

/** The row can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

const NAMED = 'holder-named';

export interface Naming {
  /** By the office's row, whose act is verified. Undefined where no submission of this office named the holder. */
  namedBy(office: string, holder: string): Promise<Act | undefined>;
  /** Records that the actor's office named the holder. `first` is the act that enrolled the holder, where a submission did. */
  record(actor: Principal, office: string, holder: string, first: LedgerRecord | undefined): Promise<void>;
}

export const openNaming = ({
  table,
  recorder,
}: {
  readonly table: Pick<Table, 'get' | 'write'>;
  readonly recorder: Recorder;
}): Naming => {
  const keyOf = (office: string, holder: string): Key => ({ pk: namedPk(office), sk: holder });

  const isProven = async (record: LedgerRecord, office: string, holder: string): Promise<boolean> => {
    const closes = closesOf(record, office, holder);
    const signature = closes && (await recorder.verified(record));
    if (closes === undefined || signature === undefined) return false;
    // Somebody may have got the key after it was closed. That person can put no object.
    return signature.closedAt === undefined || (await recorder.conclusion(closes))?.record.id === record.id;
  };

  const namedBy: Naming['namedBy'] = async (office, holder) => {
    const item = await table.get<PredecessorRow>(keyOf(office, holder));
    const record = item && recordIn(item.value);
    return record && (await isProven(record, office, holder)) ? (record as Act) : undefined;
  };

  return {
    namedBy,

    record: async (actor, office, holder, first) => {
      const closes = { act: `holder.${office}.${holder}`, number: 1 };
      const details = { act: NAMED, subject: 'holder', id: holder, person: actor.person };
      const { tenant } = actor;
      const draft = {
        kind: 'enrolment',
        actor: actor.id,
        ...(tenant !== undefined && { tenant }),
        office,
        details,
      } as const;
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (await namedBy(office, holder)) return;
        const key = keyOf(office, holder);
        const [before, named] = [
          await table.get(key),
          first?.office === office
            ? { record: first, writes: [] }
            : ((await recorder.conclusion(closes)) ?? (await recorder.conclude(draft, closes))),
        ];
        const value: PredecessorRow = { record: named.record as unknown as Value };
        const put = { put: key, value, if: before ? { version: before.version } : ('absent' as const) };
        if (await wentThrough(table.write([put, ...named.writes]))) return;
      }
      throw new Fault('store-unavailable', 'The rows of the enrolment kept changing; try again.');
    },
  };
};

/** The name of the object of an act by which this office named the holder. Undefined for any other record. */
const closesOf = (record: LedgerRecord, office: string, holder: string): Closes | undefined => {
  // Somebody may have put anything into the row.
  if (typeof record !== 'object' || record?.kind !== 'enrolment' || record.office !== office)
    return undefined;
  const { act, id } = record.details ?? {};
  if (id !== holder) return undefined;
  if (act === HOLDER_ENROLLED) return { act: nameOf('principal', holder), number: 1 };
  return act === NAMED ? { act: `holder.${office}.${holder}`, number: 1 } : undefined;
};
