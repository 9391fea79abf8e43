import { Fault } from '../fault.ts';
import type { Concluded, LedgerRecord } from '../ledger/ledger.ts';
import { timeIn } from '../members.ts';
import { type RecordedAct, readRecordedAct } from '../recorded-act.ts';
import type { Write } from '../store/store.ts';
import type { AmendmentRow } from './amendment-rows.ts';
import type { Recorder } from './deps.ts';

/*
 * Why a trust domain file counts. A row may say that two operators agreed on it, but that is no reason: somebody who
 * can write to the table can write that row. The reason is the signed act of each operator, and that the proposal has no
 * other end.
 */

export const notRecorded = (facts: Readonly<Record<string, string>>): Fault =>
  new Fault(
    'amendment-not-recorded',
    'The ledger lacks the records by which this trust domain file came into force; the service did not write the rows that name it.',
    facts,
  );

type Act = RecordedAct<LedgerRecord, 'trust-domain'>;

export interface Files {
  readonly before: string;
  readonly after: string;
}

/** The signed act of the operator who proposed it, about these very files. Undefined where there is none. */
export const readProposal = (
  recorder: Pick<Recorder, 'act'>,
  amendment: string,
  { proposed, before, after }: Pick<AmendmentRow, 'proposed' | 'before' | 'after'>,
): Promise<Act | undefined> =>
  readRecordedAct(recorder, proposed.record, {
    kind: 'trust-domain',
    actor: proposed.by,
    details: { step: 'proposed', amendment, before, after },
  });

export interface Agreement {
  readonly proposal: Act;
  readonly approval: Act;
  /** Milliseconds since the epoch. The approval counts until then, unless it is used. */
  readonly lapses: number;
}

/**
 * The proposal and the approval, by two persons, and about this file as the successor of that one. The ledger keeps both
 * for ever. Undefined where they do not agree.
 */
export const readAgreement = async (
  recorder: Pick<Recorder, 'act'>,
  amendment: string,
  row: AmendmentRow,
  files: Files,
): Promise<Agreement | undefined> => {
  const proposal = await readProposal(recorder, amendment, { ...row, ...files });
  const approval = await readRecordedAct(recorder, row.approved?.record, {
    kind: 'trust-domain',
    actor: row.approved?.by,
    details: { step: 'approved', amendment, ...files },
  });
  const byTwo =
    proposal !== undefined &&
    approval !== undefined &&
    proposal.actor !== approval.actor &&
    proposal.details.person !== approval.details.person;
  if (!byTwo) return undefined;
  return { proposal, approval, lapses: timeIn(approval.details.lapses) };
};

/** How a proposal ended. */
export interface End {
  readonly step: 'rejected' | 'lapsed' | 'applying';
  /** The number of the state that follows. Only the step `applying` has one. */
  readonly number?: number;
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly isOurs: boolean;
  /** They stage the record where the ledger lacks it. */
  readonly writes: readonly Write[];
}

/** An approval is used by one application, so a proposal has one end. */
export const endOf = (proposal: string) => ({ act: proposal, number: 1 });

/** Fault: `act-object-invalid`. */
export const readEnd = ({ record, isOurs, writes }: Concluded): End => {
  const { step, number } = record.kind === 'trust-domain' ? record.details : {};
  if (step !== 'rejected' && step !== 'lapsed' && step !== 'applying') {
    throw new Fault('act-object-invalid', 'The object that ended a proposal is not one of its ends.', {
      record: record.id,
    });
  }
  const actor = record.kind === 'trust-domain' ? record.actor : '';
  return {
    step,
    ...(typeof number === 'number' && { number }),
    by: actor,
    at: `${record.time.slice(0, 19)}Z`,
    isOurs,
    writes,
  };
};

/** Undefined while the proposal is open. */
export const endIfAny = async (
  recorder: Pick<Recorder, 'conclusion'>,
  proposal: string,
): Promise<End | undefined> => {
  const concluded = await recorder.conclusion(endOf(proposal));
  return concluded && readEnd(concluded);
};
