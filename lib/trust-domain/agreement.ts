import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Value } from '../store/store.ts';
import type { AmendmentRow } from './amendment-rows.ts';
import type { InForceRow } from './contract.ts';
import type { Recorder } from './deps.ts';

/*
 * Why a trust domain file counts. A row may say that two operators agreed on it, but that is no reason: somebody who
 * can write to the table can write that row. The reason is that the ledger has the act of each operator.
 */

const notRecorded = (facts: Readonly<Record<string, string>>): Fault =>
  new Fault(
    'amendment-not-recorded',
    'The ledger lacks the records by which this trust domain file came into force; the service did not write the rows that name it.',
    facts,
  );

/**
 * Resolves with the ids of the records of the proposal and the approval. They are by two persons, and about this file
 * as the successor of that one. The ledger keeps both for ever. Fault: `amendment-not-recorded`.
 */
export const readAgreement = async (
  recorder: Pick<Recorder, 'act'>,
  amendment: string,
  { proposed, approved }: AmendmentRow,
  files: { readonly before: string; readonly after: string },
): Promise<readonly string[]> => {
  const proposal = await readRecordedAct(recorder, proposed.record, {
    kind: 'trust-domain',
    actor: proposed.by,
    details: { step: 'proposed', amendment, ...files },
  });
  const approval = await readRecordedAct(recorder, approved?.record, {
    kind: 'trust-domain',
    actor: approved?.by,
    details: { step: 'approved', amendment, ...files },
  });
  const byTwo =
    proposal !== undefined &&
    approval !== undefined &&
    proposal.actor !== approval.actor &&
    proposal.details.person !== approval.details.person;
  if (!byTwo) throw notRecorded({ amendment });
  return [proposal.id, approval.id];
};

/** For the first file, and for each file that an amendment brought. Fault: `amendment-not-recorded`. */
export const assertCameIntoForce = async (
  recorder: Pick<Recorder, 'act'>,
  { record, digest, amendment }: InForceRow,
): Promise<void> => {
  const step: Value = amendment === undefined ? { step: 'first' } : { step: 'applied', amendment };
  const details = { ...step, after: digest };
  if (!(await readRecordedAct(recorder, record, { kind: 'trust-domain', details }))) {
    throw notRecorded({ inForce: digest });
  }
};
