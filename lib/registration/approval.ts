import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Value } from '../store/store.ts';
import { applicationDigest } from './application-digest.ts';
import type { ExaminationStage } from './contract.ts';
import { roundOf } from './decide.ts';
import type { Closes, RegistrationDeps } from './deps.ts';
import { isLapse } from './ends.ts';
import type { RequestData } from './request-data.ts';
import type { RequestRow } from './rows.ts';

/*
 * Why a request may be issued. A row may say that it is approved, but that is no reason: somebody who can write to the
 * table can write that row. The reason is that the ledger has the signed acts of the approval, each by another person, about
 * this very application; that the office's examinations are its own, or those of an office which has taken over its affairs;
 * that all examinations bind the same certificate; and that they belong to the round that is open. The centre's examination
 * says whether office approval was asked for when the centre examined. If so, the office's second examination is one of these acts. A
 * change after that moment comes too late for this request.
 */

export interface Approval {
  /** Ids of the records of the submission, of the office's one or two examinations and of the centre's. */
  readonly records: readonly string[];
  /** The office that all of these records name. */
  readonly office: string;
  /** The principal who approved at the centre. */
  readonly examiner: string;
  /** When the approval was complete: the time of the centre's examination, in milliseconds since the epoch. */
  readonly at: number;
  /** The end that the issuance will be. */
  readonly closes: Closes;
  /** The digest of the certificate that all examinations bind. */
  readonly digest: string;
}

interface Step {
  readonly kind: 'submission' | 'examination';
  readonly details: Value;
}

const SUBMISSION: Step = { kind: 'submission', details: { act: 'submitted', actingOffice: undefined } };

const examination = (stage: ExaminationStage): Step => ({
  kind: 'examination',
  details: { stage, decision: 'approve' },
});

const CENTRE: Step = {
  kind: 'examination',
  details: { stage: 'centre', decision: 'approve', actingOffice: undefined },
};

const STEPS: readonly Step[] = [SUBMISSION, examination('office'), CENTRE];

/** With office approval; also where it was switched off between the approval and the centre's examination. */
const APPROVED_STEPS: readonly Step[] = [
  SUBMISSION,
  examination('office'),
  examination('office-approval'),
  CENTRE,
];

/**
 * The approval of the request in that row, read from the ledger. The ledger keeps the records of these acts for longer than
 * a certificate that rests on them can last, so a request that waits does not lose them. Fault: `approval-not-recorded`.
 */
export const readApproval = async (
  { ledger, succession }: Pick<RegistrationDeps, 'ledger' | 'succession'>,
  id: string,
  row: RequestRow,
  data: RequestData,
): Promise<Approval> => {
  const { profile, profileVersion, office, records = [] } = row;
  const about = {
    request: id,
    profile,
    profileVersion,
    publicKeyDigest: hash('sha256', Buffer.from(data.subjectPublicKeyInfo, 'base64')),
    applicationDigest: applicationDigest(row, data),
  };
  const round = roundOf(row);
  /** An examination at the office names the office that has taken its affairs over, where that one examined. */
  const mayAct = async (acting: readonly unknown[]): Promise<boolean> => {
    const others = acting.filter((one) => one !== undefined);
    if (others.length === 0) return true;
    const { successors } = await succession(office);
    return others.every((other) => successors.some((successor) => successor === other));
  };
  const steps = records.length === APPROVED_STEPS.length ? APPROVED_STEPS : STEPS;
  const acts = await Promise.all(
    steps.map(({ kind, details }, i) =>
      readRecordedAct(ledger, records[i], {
        kind,
        office,
        details: { ...about, ...details, ...(kind === 'examination' && { round }) },
      }),
    ),
  );
  const [submission, ...examinations] = acts;
  const atCentre = examinations.at(-1);
  const digest = atCentre?.details.certificateDigest;
  const areOthers =
    areDifferent(acts.map((act) => act?.actor)) && areDifferent(acts.map((act) => act?.details.person));
  const isApproved = atCentre?.details.officeApproval !== true || steps === APPROVED_STEPS;
  const isWhole =
    records.length === steps.length &&
    areOthers &&
    isApproved &&
    typeof digest === 'string' &&
    examinations.every((act) => act?.details.certificateDigest === digest) &&
    (await mayAct(examinations.map((act) => act?.details.actingOffice)));
  if (!isWhole || submission === undefined || atCentre === undefined) throw notRecorded(id);
  // The row may say any round. A round is open only if each earlier one has lapsed.
  for (let number = 1; number < round; number++) {
    const end = await ledger.conclusion({ act: submission.id, number });
    if (end === undefined || !isLapse(end.record)) throw notRecorded(id);
  }
  return {
    records,
    office,
    examiner: atCentre.actor,
    at: Date.parse(atCentre.time),
    closes: { act: submission.id, number: round },
    digest,
  };
};

const notRecorded = (request: string): Fault =>
  new Fault(
    'approval-not-recorded',
    'The ledger lacks the submission or an approval of this request; no certificate is issued for it.',
    { request },
  );

const areDifferent = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
