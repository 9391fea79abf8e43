import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Application } from './decide.ts';
import type { Recorder } from './deps.ts';
import type { RequestRow } from './rows.ts';

/*
 * Why a request may be issued. A row may say that it is approved, but that is no reason: somebody who can write to the
 * table can write that row. The reason is that the ledger has the three acts of the approval, by three persons, about
 * this very application.
 */

/**
 * SHA-256, hex, of the application with the row's salt. The ledger's records hold this digest. The salt keeps a reader
 * of the records from finding out a person's fields by trying values.
 */
export const applicationDigest = (salt: string, application: Application): string => {
  const { profile, profileVersion, fields, subject, subjectDigest, holder } = application;
  const { keyAlgorithm, publicKeyDigest, subjectPublicKeyInfo } = application;
  return hash(
    'sha256',
    JSON.stringify([
      salt,
      profile,
      profileVersion,
      Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)),
      subject,
      subjectDigest,
      holder ?? null,
      keyAlgorithm,
      publicKeyDigest,
      subjectPublicKeyInfo,
    ]),
  );
};

export interface Approval {
  /** Ids of the records of the submission, the office's examination and the centre's. */
  readonly records: readonly string[];
  /** The office that all three records name. */
  readonly office: string;
  /** The principal who approved at the centre. */
  readonly examiner: string;
}

const ACTS = [
  { kind: 'submission', details: { act: 'submitted' } },
  { kind: 'examination', details: { stage: 'office', decision: 'approve' } },
  { kind: 'examination', details: { stage: 'centre', decision: 'approve' } },
] as const;

/**
 * The approval of the request in that row, read from the ledger. The ledger keeps the records of these acts for longer than
 * a certificate that rests on them can last, so a request that waits does not lose them. Fault: `approval-not-recorded`.
 */
export const readApproval = async (
  ledger: Pick<Recorder, 'act'>,
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
  const acts = await Promise.all(
    ACTS.map(({ kind, details }, i) =>
      readRecordedAct(ledger, records[i], { kind, office, details: { ...about, ...details } }),
    ),
  );
  const examiner = acts.at(-1)?.actor;
  const byThree =
    areDifferent(acts.map((act) => act?.actor)) && areDifferent(acts.map((act) => act?.details.person));
  if (records.length !== ACTS.length || examiner === undefined || !byThree) {
    throw new Fault(
      'approval-not-recorded',
      'The ledger lacks the submission and the two approvals of this request; no certificate is issued for it.',
      { request: id },
    );
  }
  return { records, office, examiner };
};

const areDifferent = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
