import { Fault } from '../fault.ts';
import { Recent } from '../recent.ts';
import type { Objects } from '../store/store.ts';
import type { Closes, LedgerRecord } from './contract.ts';
import { timeOfId } from './ids.ts';
import { type ActSigning, verifiedAct } from './signed-act.ts';

/** The objects that end acts (conclusions.ts), as somebody reads them who has nothing else of the ledger. */

const NAME = /^[A-Za-z0-9._-]{1,200}$/;

export const outcomePath = ({ act, number }: Closes): string => {
  if (!NAME.test(act) || !Number.isSafeInteger(number) || number < 1) {
    throw new Fault('record-invalid', 'The end of an act is named by the act and a number from 1.', { act });
  }
  return `outcomes/${act}/${number}`;
};

export const damagedOutcome = (path: string, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'The object that ended an act is not what its name says.',
    { path },
    { cause },
  );

/**
 * The acts of an office and of its officers are read for everything that one of them does. The same octets give the same record,
 * so what others remember by the record (its digest, what it says) is not made anew.
 */
const read = new Recent<LedgerRecord>();

const parse = (path: string, body: Uint8Array): LedgerRecord => {
  try {
    return read.of(body, () => {
      const record = JSON.parse(Buffer.from(body).toString('utf8'));
      timeOfId(record.id);
      return record;
    });
  } catch (cause) {
    throw damagedOutcome(path, cause);
  }
};

/** The record in the object, with a good signature. Undefined where there is no object. Fault: `act-object-invalid`. */
export const readOutcome = async (
  deps: { readonly objects: Pick<Objects, 'get'>; readonly acts: Pick<ActSigning, 'verify'> },
  closes: Closes,
): Promise<LedgerRecord | undefined> => {
  const path = outcomePath(closes);
  const object = await deps.objects.get(path);
  if (object === undefined) return undefined;
  const record = parse(path, object.body);
  const { act, number } = (record.kind !== 'provision' && (record.details?.closes as Partial<Closes>)) || {};
  if (act !== closes.act || number !== closes.number) throw damagedOutcome(path);
  // Whether the key is closed makes no difference. Somebody who has an old key and the table cannot put an object; and the
  // record's row, which has the leaf, may be deleted after its time or by that person.
  if ((await verifiedAct(deps.acts, record)) === undefined) throw damagedOutcome(path);
  return record;
};
