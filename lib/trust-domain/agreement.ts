import { Fault, ifKept } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import type { Value } from '../store/store.ts';
import type { AmendmentRow } from './amendment-rows.ts';
import type { InForceRow } from './contract.ts';
import type { Recorder } from './deps.ts';

/*
 * Why a trust domain counts: not because a row says that two operators agreed on it, which whoever can write to the table
 * can make it say, but because the ledger has what each of them did.
 */

const missing = (facts: Readonly<Record<string, string>>): Fault =>
  new Fault(
    'amendment-not-recorded',
    'The ledger lacks the records by which this trust domain file came into force; the service did not write the rows that name it.',
    facts,
  );

type Configuration = LedgerRecord & { readonly kind: 'configuration' };

/** The record of that id, if it is one of a trust domain's configuration and says all of this. */
const find = async (
  { get }: Pick<Recorder, 'get'>,
  id: string | undefined,
  said: Value,
): Promise<Configuration | undefined> => {
  if (id === undefined) return undefined;
  const record = await ifKept(get(id));
  if (record?.kind !== 'configuration') return undefined;
  const { details } = record;
  return Object.entries(said).every(([name, value]) => details[name] === value)
    ? (record as Configuration)
    : undefined;
};

/**
 * Resolves with the ids of the records of the proposal and the approval, which are by two persons and about this file
 * following that one. They are kept for ever. Fault: `amendment-not-recorded`.
 */
export const readAgreement = async (
  recorder: Pick<Recorder, 'get'>,
  amendment: string,
  { proposed, approved }: AmendmentRow,
  files: { readonly before: string; readonly after: string },
): Promise<readonly string[]> => {
  const proposal = await find(recorder, proposed.record, { step: 'proposed', amendment, ...files });
  const approval = await find(recorder, approved?.record, { step: 'approved', amendment, ...files });
  const byTwo =
    proposal !== undefined &&
    approval !== undefined &&
    proposal.actor === proposed.by &&
    approval.actor === approved?.by &&
    proposal.actor !== approval.actor &&
    proposal.details.person !== approval.details.person;
  if (!byTwo) throw missing({ amendment });
  return [proposal.id, approval.id];
};

/** Of the first file, and of every one that an amendment has brought. Fault: `amendment-not-recorded`. */
export const assertCameIntoForce = async (
  recorder: Pick<Recorder, 'get'>,
  { record, digest, amendment }: InForceRow,
): Promise<void> => {
  const step: Value = amendment === undefined ? { step: 'first' } : { step: 'applied', amendment };
  if (!(await find(recorder, record, { ...step, after: digest }))) throw missing({ inForce: digest });
};
