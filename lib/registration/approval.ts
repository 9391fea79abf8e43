import { hash } from 'node:crypto';
import { Fault, ifKept } from '../fault.ts';
import type { Application } from './decide.ts';
import type { KeptRecord, Recorder } from './deps.ts';
import type { RequestRow } from './rows.ts';

/*
 * Why a request may be issued: not because its row says that it is approved, which whoever can write to the table can make
 * it say, but because the ledger has the three acts that the approval consists of, by three persons, about this very
 * application.
 */

/**
 * SHA-256, hex, of what was applied for, with the row's salt: the ledger's records have it, and nobody who reads them
 * can find out by trying what the fields say of somebody.
 */
export const applicationDigest = (salt: string, application: Application): string => {
  const { profile, profileVersion, fields, subject, holder, keyAlgorithm } = application;
  const { publicKeyDigest, subjectPublicKeyInfo } = application;
  return hash(
    'sha256',
    JSON.stringify([
      salt,
      profile,
      profileVersion,
      Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)),
      subject,
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
  /** As they say. */
  readonly office: string;
  readonly examiner: string;
}

const ACTS = [
  { kind: 'submission', said: { act: 'submitted' } },
  { kind: 'examination', said: { stage: 'office', decision: 'approve' } },
  { kind: 'examination', said: { stage: 'centre', decision: 'approve' } },
] as const;

const missing = (request: string): Fault =>
  new Fault(
    'approval-not-recorded',
    'The ledger lacks the submission and the two approvals of this request; no certificate is issued for it.',
    { request },
  );

const areDifferent = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'string') && new Set(values).size === values.length;

/**
 * The approval of the request of that row, read from the ledger. A record of a submission or an examination is kept for
 * longer than a certificate that comes of it lasts, so that no request outwaits its own. Fault: `approval-not-recorded`.
 */
export const readApproval = async (
  ledger: Pick<Recorder, 'get'>,
  id: string,
  row: RequestRow,
): Promise<Approval> => {
  const { profile, profileVersion, office, records: ids = [] } = row;
  if (ids.length !== ACTS.length) throw missing(id);
  const about = {
    request: id,
    profile,
    profileVersion,
    publicKeyDigest: hash('sha256', Buffer.from(row.subjectPublicKeyInfo, 'base64')),
    applicationDigest: applicationDigest(row.salt, row),
  };
  const read = async (record: string): Promise<KeptRecord> => {
    const kept = await ifKept(ledger.get(record));
    if (!kept) throw missing(id);
    return kept;
  };
  const records = await Promise.all(ids.map(read));
  const fit = ACTS.every(({ kind, said }, i) => {
    const record = records[i];
    if (record?.kind !== kind || record.office !== office) return false;
    return Object.entries({ ...about, ...said }).every(([name, value]) => record.details?.[name] === value);
  });
  const [, , last] = records;
  const actors = records.map(({ actor }) => actor);
  const persons = records.map(({ details }) => details?.person);
  if (!fit || !areDifferent(actors) || !areDifferent(persons) || last?.actor === undefined) throw missing(id);
  return { records: ids, office, examiner: last.actor };
};
