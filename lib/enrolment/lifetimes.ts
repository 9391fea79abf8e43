import { Fault } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, numberIn } from '../members.ts';
import { openChain, type Recorder, type Standing } from './chain.ts';
import type { OfficeState, PrincipalState } from './contract.ts';
import { officeState, principalState } from './states.ts';

/*
 * How long an act is what is in force. The period for which its record is kept begins then. The objects decide: somebody could
 * write into a record that an enrolment has ended, and so have it deleted.
 */

/**
 * Gives when the act of a record was followed by the next one, or ended its office or principal; milliseconds since the epoch.
 * Undefined while the act is what is in force, and for a record that is not the one in the act's object.
 */
export const openLifetimes = (
  recorder: Recorder,
): ((record: LedgerRecord) => Promise<number | undefined>) => {
  const chains = {
    office: openChain<OfficeState>(recorder, 'office', officeState),
    principal: openChain<PrincipalState>(recorder, 'principal', principalState),
  } as const;

  const over = async (record: LedgerRecord): Promise<number | undefined> => {
    if (record.kind !== 'enrolment') return undefined;
    const { subject, id, closes } = record.details;
    const number = numberIn(membersIn(closes).number);
    if ((subject !== 'office' && subject !== 'principal') || typeof id !== 'string' || number === undefined)
      return undefined;
    const act: Standing<OfficeState | PrincipalState> | undefined = await chains[subject].at(id, number);
    if (act?.record.id !== record.id) return undefined;
    const next = await chains[subject].at(id, number + 1);
    return next ? Date.parse(next.record.time) : endOf(act);
  };

  return async (record) => {
    try {
      return await over(record);
    } catch (error) {
      // An audit names the object, and the record of another form. Both stay.
      if (Fault.is(error, 'act-object-invalid') || Fault.is(error, 'record-invalid')) return undefined;
      throw error;
    }
  };
};

/** The end of an act that none has followed. A first proposal that nobody confirmed gave nothing. */
const endOf = ({ record, state, awaiting }: Standing<OfficeState | PrincipalState>): number | undefined => {
  if (state !== undefined) return state.standing === 'ended' ? Date.parse(record.time) : undefined;
  return Date.parse(awaiting?.lapsesAt ?? record.time);
};
