import type { LedgerRecord } from '../ledger/ledger.ts';
import type { RecordObserver } from './contract.ts';
import { statesAt } from './enrolment-actors.ts';
import { chainsOf, type EnrolmentAct, enrolmentActOf, type State } from './enrolment-acts.ts';

/**
 * Which offices asked for a second examination of their own, and when, by the acts on them. What a profile asks for is in the
 * trust domain's file, which the records do not have.
 */
export interface OfficeApprovals extends Pick<RecordObserver, 'observe' | 'retract'> {
  /** Before the records: an act of enrolment that is among them. */
  expect(record: LedgerRecord): void;
  /** By the acts that are expected. Where this is false, `isAsked` will be false, too. */
  mayBeAsked(office: string, time: number): boolean;
  /**
   * By the acts that were observed: whether the office, or the one that had its affairs, asked for it through all of the time
   * near to this one, in milliseconds since the epoch.
   */
  isAsked(office: string, time: number): boolean;
}

type Chains = ReadonlyMap<string, readonly EnrolmentAct[]>;

export const openOfficeApprovals = (): OfficeApprovals => {
  const expected: EnrolmentAct[] = [];
  const acts = new Map<string, EnrolmentAct>();
  let expectedChains: Chains | undefined;
  /** Two operators recorded that records of enrolment are lost. What switched it off may be among them. */
  let isWhole = true;

  return {
    expect: (record) => {
      const act = enrolmentActOf(record, false);
      if (act?.subject === 'office') expected.push(act);
    },

    observe: (record, newer) => {
      const act = enrolmentActOf(record, newer);
      if (act?.subject === 'office') acts.set(act.record, act);
    },

    retract: ({ id, kind, lost }) => {
      acts.delete(id);
      if (lost && kind === 'enrolment') isWhole = false;
    },

    mayBeAsked: (office, time) => {
      expectedChains ??= chainsOf(expected);
      return isAskedBy(expectedChains, office, time);
    },

    isAsked: (office, time) => isWhole && isAskedBy(chainsOf(acts.values()), office, time),
  };
};

const isAskedBy = (chains: Chains, office: string, time: number): boolean => {
  const passed = new Set<string>();
  for (let serving = office; !passed.has(serving); ) {
    passed.add(serving);
    const states: readonly State[] = statesAt(chains.get(`office ${serving}`), time) ?? [];
    const open = states.filter(({ standing }) => standing !== 'ended');
    if (!open.every(({ officeApproval }) => officeApproval === true)) return false;
    // Where it ended at about that time, either office may have been the one that counts.
    const { successor } = states.find(({ standing }) => standing === 'ended') ?? {};
    if (successor === undefined) return open.length > 0;
    serving = successor;
  }
  return false;
};
