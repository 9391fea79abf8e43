import { Fault, wentThrough } from '../fault.ts';
import type { Bucket, Value } from '../store/store.ts';
import { canonicalJson } from './canonical.ts';
import type { ActDraft, Closes, Ledger, LedgerRecord, PreparedRecord } from './contract.ts';
import { timeOfId } from './ids.ts';
import { type ActSigning, isProven } from './signed-act.ts';

/**
 * The ends of acts. Each is one object, put if it is absent, and its body is the signed record of the act that made the end:
 *
 *   outcomes/{opening act}/{number}
 *
 * The object comes before the rows. A crash between the two leaves an object without its rows, and whoever comes next makes
 * the rows of the object that is there. The object is never changed or deleted, so rows that somebody puts back open nothing.
 */
export type Conclusions = Pick<Bucket, 'get'> & {
  put(key: string, body: Uint8Array, options: { readonly if: 'absent' }): Promise<unknown>;
};

const NAME = /^[A-Za-z0-9._-]{1,200}$/;

const pathOf = ({ act, number }: Closes): string => {
  if (!NAME.test(act) || !Number.isSafeInteger(number) || number < 1) {
    throw new Fault('record-invalid', 'The end of an act is named by the act and a number from 1.', { act });
  }
  return `outcomes/${act}/${number}`;
};

const damaged = (path: string, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'The object that ended an act is not what its name says.',
    { path },
    { cause },
  );

const parse = (path: string, body: Uint8Array): LedgerRecord => {
  try {
    const record = JSON.parse(Buffer.from(body).toString('utf8'));
    timeOfId(record.id);
    return record;
  } catch (cause) {
    throw damaged(path, cause);
  }
};

export const openConclusions = (deps: {
  readonly acts: ActSigning;
  readonly objects: Conclusions;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly get: Ledger['get'];
  readonly recordOf: (draft: ActDraft) => Promise<LedgerRecord>;
  readonly stage: (record: LedgerRecord) => PreparedRecord;
}): Pick<Ledger, 'conclude' | 'conclusion'> => {
  const { objects } = deps;

  const conclusion: Ledger['conclusion'] = async (closes) => {
    const path = pathOf(closes);
    const object = await objects.get(path);
    if (object === undefined) return undefined;
    const record = parse(path, object.body);
    const { act, number } =
      (record.kind !== 'provision' && (record.details?.closes as Partial<Closes>)) || {};
    if (act !== closes.act || number !== closes.number) throw damaged(path);
    const kept = await keptRecord(record.id);
    // The row has the leaf that an act of a closed key needs.
    if (!(await isProven(deps, kept?.record ?? record))) throw damaged(path);
    return { record, isOurs: false, writes: kept === undefined ? deps.stage(record).writes : [] };
  };

  /** The record in the table; `record` is absent where its time is over. Undefined where the ledger never had it. */
  const keptRecord = async (id: string): Promise<{ readonly record?: LedgerRecord } | undefined> => {
    try {
      return { record: await deps.get(id) };
    } catch (error) {
      if (Fault.is(error, 'record-expired')) return {};
      if (Fault.is(error, 'unknown-record')) return undefined;
      throw error;
    }
  };

  const conclude: Ledger['conclude'] = async (draft, closes) => {
    const path = pathOf(closes);
    const details = { ...draft.details, closes: { act: closes.act, number: closes.number } };
    const record = await deps.recordOf({ ...draft, details });
    const body = Buffer.from(canonicalJson(record as unknown as Value));
    if (await wentThrough(objects.put(path, body, { if: 'absent' }))) {
      return { record, isOurs: true, writes: deps.stage(record).writes };
    }
    const first = await conclusion(closes);
    if (first === undefined) throw damaged(path);
    return first;
  };

  return { conclude, conclusion };
};
