import { hash } from 'node:crypto';
import { isCompromise } from '../compromise.ts';
import { Fault, wentThrough } from '../fault.ts';
import type { CertificateRef } from '../principal.ts';
import type { RevokedRow, StatusRow, StatusRows } from '../status/status.ts';
import type { Value } from '../store/store.ts';
import { openCompromise } from './compromise.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuedAs } from './issued-as.ts';
import { readStanding, type Standing } from './status-acts.ts';

/** The parts of the service that an act on a certificate's status needs. */
export type StatusRowDeps = Pick<
  AuthorityDeps,
  'table' | 'objects' | 'register' | 'recorder' | 'publishCrls' | 'crlDueWrites' | 'random' | 'log'
>;

const MARK_OCTETS = 8;
/** Others who act on the same certificate are few. */
const MAX_ATTEMPTS = 20;

/**
 * Makes the rows of the status register, and the records in the ledger, follow the acts on a certificate. It is called after
 * each act, and before each decision: so a crash between an act and its rows, and rows that somebody changed, are mended by
 * the next call.
 *
 * Rows are closed by any act. They are opened only where they say a hold that an act made, and an act released, or what two
 * persons corrected. Any other row that is closed without an act stays closed, and the log has an error.
 */
export const openStatusRows = (deps: StatusRowDeps) => {
  const { table, register, recorder } = deps;
  const compromise = openCompromise(deps);

  /** `mended` is called where rows or records were missing or said something else. */
  const follow = async (
    ref: CertificateRef,
    issuedAs: IssuedAs,
    mended: () => void = () => {},
  ): Promise<Standing> => {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
      const standing = await readStanding(recorder, ref);
      await compromise.follow(ref, standing, issuedAs);
      const rows = await register.read(ref);
      const next = statusRowOf(standing, issuedAs);
      // A certificate whose issuance is not proven is never made good. It leaves the rows of revoked ones, no more.
      const isOnlyUnlisted = next.state === 'good' && issuedAs.profile === undefined;
      const isBehind =
        next.state === 'good'
          ? isReleased(standing, rows) && (rows.listed !== undefined || !isOnlyUnlisted)
          : !register.says(rows, next);
      if (next.state === 'good' && !isBehind && isClosed(rows)) {
        deps.log('error', 'The status row of a certificate is closed, and no act closed it', { ...ref });
      }
      if (!isBehind && standing.writes.length === 0) return standing;
      const isUrgent = isBehind && next.state !== 'good' && isCompromise(next.reason);
      const mark = Buffer.from(deps.random(MARK_OCTETS)).toString('hex');
      const isStored = await wentThrough(
        table.write([
          ...(isBehind && isOnlyUnlisted ? register.unlistWrites(ref, rows, mark) : []),
          ...(isBehind && !isOnlyUnlisted ? register.changeWrites(ref, rows, next, mark) : []),
          ...(isUrgent ? await deps.crlDueWrites(ref) : []),
          ...standing.writes,
        ]),
      );
      if (!isStored) continue;
      mended();
      if (isUrgent) await publishAtOnce(ref);
      return standing;
    }
    throw new Fault('store-unavailable', 'The rows of the certificate kept changing; try again.', { ...ref });
  };

  /** A CRL that cannot be published now stays due until it is. The revocation stands either way. */
  const publishAtOnce = async (ref: CertificateRef): Promise<void> => {
    try {
      await deps.publishCrls(ref);
    } catch (error) {
      deps.log('error', 'The CRL could not be published right after an urgent revocation', {
        ca: ref.ca,
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  };

  return { follow };
};

const statusRowOf = (
  { now, since }: Pick<Standing, 'now' | 'since'>,
  { request, notAfter, issuedAt, tenant }: IssuedAs,
): StatusRow => ({
  ...now,
  request,
  notAfter,
  since: since ?? issuedAt ?? 0,
  ...(tenant !== undefined && { tenant }),
});

/** What one closed row says. Somebody may have put a row of another form. */
type Said = Value;

/** What the closed rows say; both say the same unless somebody has changed one. */
const closingsIn = ({ status, listed }: StatusRows): readonly Said[] => {
  const closings: Said[] = [];
  if (status && status.value.state !== 'good') {
    const {
      state: _state,
      request: _request,
      notAfter: _notAfter,
      since: _since,
      tenant: _tenant,
      ...entry
    } = status.value;
    closings.push(entry);
  }
  if (listed) {
    const { notAfter: _notAfter, ...entry }: Partial<RevokedRow> = listed.value;
    closings.push(entry);
  }
  return closings;
};

const isClosed = (rows: StatusRows): boolean => closingsIn(rows).length > 0;

const MEMBERS = ['revocationTime', 'reason', 'invalidityDate'] as const;

/** SHA-256, hex: a record of the correction cannot hold what somebody wrote into a row. */
const digestOfSaid = (said: Said): string =>
  hash('sha256', JSON.stringify(MEMBERS.map((member) => said[member] ?? null)));

/** Digests of what the closed rows say, for the record of a correction. */
export const digestsOfClosings = (rows: StatusRows): readonly string[] =>
  [...new Set(closingsIn(rows).map(digestOfSaid))].sort();

/** Whether the rows still say a closing that was released, or one that two persons corrected. */
const isReleased = ({ earlier, corrected = [] }: Standing, rows: StatusRows): boolean => {
  const released = new Set([
    ...earlier.filter(({ state }) => state !== 'good').map(digestOfSaid),
    ...corrected,
  ]);
  const closings = closingsIn(rows);
  return closings.length > 0 && closings.every((said) => released.has(digestOfSaid(said)));
};

/** Whether an act has closed the certificate, if the rows say that it is closed. */
export const isExplained = ({ now }: Standing, rows: StatusRows): boolean =>
  now.state !== 'good' || !isClosed(rows);
