import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import { applicationDigest } from './application-digest.ts';
import { roundOf } from './decide.ts';
import type { Closes, RegistrationDeps } from './deps.ts';
import { isLapse } from './ends.ts';
import type { RequestRow } from './rows.ts';

/*
 * Why a request may be issued. A row may say that it is approved, but that is no reason: somebody who can write to the
 * table can write that row. The reason is that the ledger has the three signed acts of the approval, by three persons, about
 * this very application; that the office's examination is its own, or that of an office which has taken over its affairs; that both examinations bind the same certificate; and that they belong to the round that is open.
 */

export interface Approval {
  /** Ids of the records of the submission, the office's examination and the centre's. */
  readonly records: readonly string[];
  /** The office that all three records name. */
  readonly office: string;
  /** The principal who approved at the centre. */
  readonly examiner: string;
  /** When the approval was complete: the time of the centre's examination, in milliseconds since the epoch. */
  readonly at: number;
  /** The end that the issuance will be. */
  readonly closes: Closes;
  /** The digest of the certificate that both examinations bind. */
  readonly digest: string;
}

const ACTS = [
  { kind: 'submission', details: { act: 'submitted', actingOffice: undefined }, isOfRound: false },
  { kind: 'examination', details: { stage: 'office', decision: 'approve' }, isOfRound: true },
  {
    kind: 'examination',
    details: { stage: 'centre', decision: 'approve', actingOffice: undefined },
    isOfRound: true,
  },
] as const;

/**
 * The approval of the request in that row, read from the ledger. The ledger keeps the records of these acts for longer than
 * a certificate that rests on them can last, so a request that waits does not lose them. Fault: `approval-not-recorded`.
 */
export const readApproval = async (
  { ledger, succession }: Pick<RegistrationDeps, 'ledger' | 'succession'>,
  id: string,
  row: RequestRow,
): Promise<Approval> => {
  const { profile, profileVersion, office, records = [] } = row;
  const about = {
    request: id,
    profile,
    profileVersion,
    publicKeyDigest: hash('sha256', Buffer.from(row.subjectPublicKeyInfo, 'base64')),
    applicationDigest: applicationDigest(row.salt, row),
  };
  const round = roundOf(row);
  const acts = await Promise.all(
    ACTS.map(({ kind, details, isOfRound }, i) =>
      readRecordedAct(ledger, records[i], {
        kind,
        office,
        details: { ...about, ...details, ...(isOfRound && { round }) },
      }),
    ),
  );
  const [submission, atOffice, atCentre] = acts;
  const digest = atCentre?.details.certificateDigest;
  const byThree =
    areDifferent(acts.map((act) => act?.actor)) && areDifferent(acts.map((act) => act?.details.person));
  const actingOffice = atOffice?.details.actingOffice;
  const mayAct =
    actingOffice === undefined ||
    (await succession(office)).successors.some((successor) => successor === actingOffice);
  const isWhole =
    mayAct &&
    records.length === ACTS.length &&
    byThree &&
    typeof digest === 'string' &&
    atOffice?.details.certificateDigest === digest;
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
    'The ledger lacks the submission and the two approvals of this request; no certificate is issued for it.',
    { request },
  );

const areDifferent = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
