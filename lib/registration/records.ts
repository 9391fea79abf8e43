import { actingOfficeOf } from '../acting-office.ts';
import type { Principal } from '../principal.ts';
import type { Examination } from './contract.ts';
import { type InBatch, type Request, roundOf } from './decide.ts';
import type { ActRecord } from './deps.ts';
import type { RequestRow } from './rows.ts';

/** The records of what is done to a request: ids, digests and decisions, never a field's value or a reason in words. */

type Recorded = Omit<RequestRow, 'records' | 'change'>;

const aboutOf = (id: string, request: Request) => ({
  request: id,
  profile: request.profile,
  profileVersion: request.profileVersion,
  publicKeyDigest: request.publicKeyDigest,
  keyIdentity: request.key.identity,
  applicationDigest: request.applicationDigest,
});

/** What the office does with its application. */
export const submissionRecord = (
  id: string,
  row: Recorded,
  actor: Principal,
  act: 'submitted' | 'withdrawn',
  inBatch?: Partial<InBatch>,
): ActRecord => ({
  kind: 'submission',
  actor: actor.id,
  tenant: row.tenant,
  office: row.office,
  details: {
    ...aboutOf(id, row),
    act,
    person: actor.person,
    ...actingOfficeOf(actor, row.office),
    ...inBatch,
  },
});

/** What the service makes of an approved request that is not issued. `fault` says why it failed. */
export const outcomeRecord = (
  id: string,
  row: Recorded,
  outcome: { readonly act: 'lapsed' } | { readonly act: 'failed'; readonly fault: string },
): ActRecord => ({
  kind: 'submission',
  actor: 'service',
  tenant: row.tenant,
  office: row.office,
  details: { ...aboutOf(id, row), ...outcome, round: roundOf(row) },
});

/**
 * An examination belongs to one round. An approving one binds the certificate that was examined. The centre's says, too, that
 * office approval was asked for at that moment: without the record of it the approval is not whole.
 */
export const examinationRecord = (
  id: string,
  row: Recorded,
  actor: Principal,
  examination: Pick<Examination, 'stage' | 'decision'> & {
    readonly certificateDigest?: string | undefined;
    readonly officeApproval?: true;
    readonly batchAct?: string;
  },
): ActRecord => ({
  kind: 'examination',
  actor: actor.id,
  tenant: row.tenant,
  office: row.office,
  details: {
    ...aboutOf(id, row),
    ...examination,
    person: actor.person,
    round: roundOf(row),
    ...actingOfficeOf(actor, row.office),
  },
});
