import { isDeepStrictEqual } from 'node:util';
import { Fault, wentThrough } from '../fault.ts';
import type { RevocationReason } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { RevocationEntry, StatusRow, StatusRows } from '../status/status.ts';
import { openCompromise } from './compromise.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuedAs } from './issued-as.ts';
import { type ActedState, readStanding, type Standing } from './status-acts.ts';

/** With one of these reasons a CRL is published at once, not at the next turn (RFC 5280 5.3.1 and domain practice). */
const URGENT: ReadonlySet<string> = new Set<RevocationReason>(['keyCompromise', 'cACompromise']);

const MARK_OCTETS = 8;

/**
 * Makes the rows of the status register, and the records in the ledger, follow the acts on a certificate. It is called after
 * each act, and before each decision: so a crash between an act and its rows, and rows that somebody changed, are mended by
 * the next call.
 *
 * Rows are closed by any act. They are opened only where they say a hold that an act made, and an act released. A row that is
 * closed without an act stays closed, and the log has an error.
 */
export const openStatusRows = (
  deps: Pick<
    AuthorityDeps,
    'table' | 'objects' | 'register' | 'recorder' | 'publishCrl' | 'crlDueWrites' | 'random' | 'log'
  >,
) => {
  const { table, register, recorder } = deps;
  const compromise = openCompromise(deps);

  /** `mended` is called where rows or records were missing or said something else. */
  const follow = async (
    ref: CertificateRef,
    issuedAs: IssuedAs,
    mended: () => void = () => {},
  ): Promise<Standing> => {
    for (;;) {
      const standing = await readStanding(recorder, ref);
      await compromise.follow(ref, standing, issuedAs);
      const rows = await register.read(ref);
      const next = statusRowOf(standing.now, issuedAs);
      const isBehind = next.state === 'good' ? isReleased(standing, rows) : !register.says(rows, next);
      if (next.state === 'good' && !isBehind && isClosed(rows)) {
        deps.log('error', 'The status row of a certificate is closed, and no act closed it', { ...ref });
      }
      if (!isBehind && standing.writes.length === 0) return standing;
      const isUrgent = isBehind && next.state !== 'good' && URGENT.has(next.reason);
      const mark = Buffer.from(deps.random(MARK_OCTETS)).toString('hex');
      const isStored = await wentThrough(
        table.write([
          ...(isBehind ? register.changeWrites(ref, rows, next, mark) : []),
          ...(isUrgent ? await deps.crlDueWrites(ref.ca) : []),
          ...standing.writes,
        ]),
      );
      if (!isStored) continue;
      mended();
      if (isUrgent) await publishAtOnce(ref.ca);
      return standing;
    }
  };

  /** A CRL that cannot be published now stays due until it is. The revocation stands either way. */
  const publishAtOnce = async (ca: string): Promise<void> => {
    try {
      await deps.publishCrl(ca);
    } catch (error) {
      deps.log('error', 'The CRL could not be published right after an urgent revocation', {
        ca,
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  };

  return { follow };
};

export type StatusFollowing = ReturnType<typeof openStatusRows>;

const statusRowOf = (acted: ActedState, { request, notAfter }: IssuedAs): StatusRow =>
  acted.state === 'good' ? { state: 'good', request, notAfter } : { ...acted, request, notAfter };

/** What the rows say, if they are closed; both say the same unless somebody has changed one. */
const closingsIn = ({ status, listed }: StatusRows): readonly RevocationEntry[] => {
  const closings: RevocationEntry[] = [];
  if (status && status.value.state !== 'good') {
    const { state: _state, request: _request, notAfter: _notAfter, ...entry } = status.value;
    closings.push(entry);
  }
  if (listed) {
    const { notAfter: _notAfter, ...entry } = listed.value ?? {};
    closings.push(entry);
  }
  return closings;
};

const isClosed = (rows: StatusRows): boolean => closingsIn(rows).length > 0;

/** Whether the rows still say a closing that was released. */
const isReleased = ({ earlier }: Standing, rows: StatusRows): boolean => {
  const closings = closingsIn(rows);
  const released = earlier.flatMap(({ state, ...entry }) => (state === 'good' ? [] : [entry]));
  return (
    closings.length > 0 && closings.every((said) => released.some((entry) => isDeepStrictEqual(entry, said)))
  );
};

/** Whether an act has closed the certificate, if the rows say that it is closed. */
export const isExplained = ({ now }: Standing, rows: StatusRows): boolean =>
  now.state !== 'good' || !isClosed(rows);
