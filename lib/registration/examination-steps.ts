import { Fault, phrase } from '../fault.ts';
import type { Duty, Principal } from '../principal.ts';
import type { Examination, ExaminationStage, RequestState } from './contract.ts';

/* Which step an examination is, by the state of the request and by whether office approval is asked for. */

/** The members of a request by which it is decided. */
interface Examined {
  readonly state: RequestState;
  readonly submittedBy: string;
  readonly examinations: readonly Pick<Examination, keyof Examination>[];
  readonly persons: readonly string[];
}

interface Asked {
  readonly decision: Examination['decision'];
  readonly officeApproval?: boolean;
}

export const wrongState = (state: RequestState, needed: string): Fault =>
  new Fault('wrong-state', phrase`The request is ${state}; this takes one that is ${needed}.`, { state });

export interface ExaminationStep {
  readonly stage: ExaminationStage;
  /** Absent at the centre. */
  readonly duty?: Duty;
  /** The state after an approval. */
  readonly gives: RequestState;
}

export const isOfficeApproved = ({ examinations }: Pick<Examined, 'examinations'>): boolean =>
  examinations.some(({ stage, decision }) => stage === 'office-approval' && decision === 'approve');

/** Who has acted on the request in this round, by their ids. */
const actedOn = ({ submittedBy, examinations }: Examined): string =>
  [submittedBy, ...examinations.map(({ by }) => by)].join(', ');

/** Office approval was switched on after the office had examined the request, or the request is `examined-once`. */
const lacksApproval = (request: Examined, officeApproval: boolean | undefined): boolean =>
  officeApproval === true &&
  (request.state === 'examined-once' || request.state === 'examined') &&
  !isOfficeApproved(request);

export const stepAtCentre = (request: Examined, { decision, officeApproval }: Asked): ExaminationStep => {
  const { state } = request;
  if (decision === 'approve' && lacksApproval(request, officeApproval)) {
    throw new Fault(
      'wrong-state',
      phrase`The office has not examined this request a second time. That takes an officer with the duty "approve", another person than ${actedOn(request)}.`,
      { state, duty: 'approve' },
    );
  }
  // Where office approval was switched off, one examination at the office is enough. A rejection needs no more in any case.
  const isEnough = state === 'examined-once' && (decision === 'reject' || !officeApproval);
  const isFinished = state === 'examined' || isEnough;
  if (!isFinished) throw wrongState(state, 'examined');
  return { stage: 'centre', gives: 'approved' };
};

export const stepAtOffice = (
  request: Examined,
  { officeApproval }: Pick<Asked, 'officeApproval'>,
): ExaminationStep => {
  const { state } = request;
  if (state === 'submitted')
    return { stage: 'office', duty: 'examine', gives: officeApproval ? 'examined-once' : 'examined' };
  if (state === 'examined-once' || lacksApproval(request, officeApproval))
    return { stage: 'office-approval', duty: 'approve', gives: 'examined' };
  throw wrongState(state, 'submitted or examined-once');
};

/** Fault: `same-person`. */
export const assertAnotherPerson = (request: Examined, actor: Principal, { duty }: ExaminationStep): void => {
  if (!request.persons.includes(actor.person)) return;
  const acted = actedOn(request);
  throw new Fault(
    'same-person',
    duty === undefined
      ? phrase`A person acts only once on a request. This step takes another operator; ${acted} have acted already.`
      : phrase`A person acts only once on a request. This step takes another officer with the duty "${duty}"; ${acted} have acted already.`,
    duty === undefined ? {} : { duty },
  );
};
