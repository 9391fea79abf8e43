import { Fault } from '../fault.ts';
import {
  type ActRecord,
  isSameRecovery,
  type LedgerRecord,
  type RecoveryTerms,
  recoveryTermsOf,
} from '../ledger/ledger.ts';
import { timeIn } from '../members.ts';

interface Act {
  readonly record: ActRecord;
  readonly leaf: number;
  readonly terms: RecoveryTerms;
}

/** The leaves that two operators recorded as lost, when the table was behind its log. */
export interface RecordedLosses {
  /** A record that matches its leaf. */
  observe(record: LedgerRecord): void;
  /** Whether the leaf was named by both. It is asked when all records were observed. */
  has(leaf: number): boolean;
}

export const openRecordedLosses = (): RecordedLosses => {
  const acts: Act[] = [];
  let named: RecoveryTerms['lost'] | undefined;

  /** Two persons, the same terms, in time, and below their own leaves: nobody names a leaf in advance. */
  const isConfirmed = ({ record, leaf, terms }: Act): boolean => {
    const { act, confirms, person } = record.details;
    const asked = acts.find((one) => one.record.id === confirms && one.record.details.act === 'asked');
    return (
      act === 'confirmed' &&
      asked !== undefined &&
      asked.record.actor !== record.actor &&
      asked.record.details.person !== person &&
      isSameRecovery(asked.terms, terms) &&
      Date.parse(record.time) < timeIn(asked.record.details.lapsesAt) &&
      terms.end <= Math.min(leaf, asked.leaf)
    );
  };

  return {
    observe: (record) => {
      if (record.kind !== 'recovery' || record.leaf === undefined) return;
      try {
        acts.push({ record, leaf: record.leaf, terms: recoveryTermsOf(record) });
      } catch (error) {
        // It names nothing.
        if (!Fault.is(error, 'act-object-invalid')) throw error;
      }
    },
    has: (leaf) => {
      named ??= acts.filter(isConfirmed).flatMap(({ terms }) => terms.lost);
      return named.some(([from, to]) => from <= leaf && leaf < to);
    },
  };
};
