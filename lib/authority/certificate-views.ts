import { underCompromise } from '../compromise.ts';
import { Fault } from '../fault.ts';
import { asDer, encodePem, rfc3339 } from '../pki/pki.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { CertificateBytes } from './certificate-bytes.ts';
import { type CertificateRow, isSigned, readCertificate } from './certificates.ts';
import type { Authority, CertificateView } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { readIssuedAs } from './issued-as.ts';
import { assertSees, revocationOf } from './revoking.ts';
import { readStanding } from './status-acts.ts';
import type { TwoPersons } from './two-persons.ts';

type Deps = Pick<
  AuthorityDeps,
  'table' | 'register' | 'recorder' | 'objects' | 'issuers' | 'closures' | 'clock'
> & { readonly bytes: Pick<CertificateBytes, 'find'> };

/** What the acts on a certificate add up to, as it is shown. */
type Standing = Pick<CertificateView, 'status' | 'revocation'>;

/** What officers, operators and auditors are shown of a certificate. */
export interface CertificateViews extends Pick<Authority, 'certificate'> {
  standingOf(ref: CertificateRef, row: CertificateRow): Promise<Standing>;
  viewOf(ref: CertificateRef, row: CertificateRow, standing: Standing): Promise<CertificateView>;
  /** The record of the issuance decides. The row could name another office or tenant. */
  isSeenBy(actor: Principal, ref: CertificateRef): Promise<boolean>;
}

export const openCertificateViews = (
  deps: Deps,
  twoPersons: Pick<TwoPersons, 'awaited'>,
): CertificateViews => {
  const { table, register, recorder, issuers, closures, bytes, clock } = deps;

  const standingOf: CertificateViews['standingOf'] = async (ref, row) => {
    const status = (await register.lookup(ref))?.value;
    const compromise = status && (await closures.shownCompromise(ref.ca));
    const shown = status && compromise ? underCompromise(status, compromise) : status;
    const revoked = shown?.state === 'revoked' || shown?.state === 'hold' ? shown : undefined;
    // The second named by notAfter still belongs to the validity (RFC 5280 4.1.2.5).
    const expired = Math.floor(clock() / 1000) > row.notAfter;
    return {
      status: revoked?.state ?? (expired ? 'expired' : 'good'),
      ...(revoked && { revocation: revocationOf(revoked) }),
    };
  };

  const viewOf: CertificateViews['viewOf'] = async (ref, row, standing) => {
    const awaiting =
      row.office === undefined ? twoPersons.awaited(await readStanding(recorder, ref)) : undefined;
    return {
      ...ref,
      profile: row.profile,
      profileVersion: row.profileVersion,
      ...(row.tenant !== undefined && { tenant: row.tenant }),
      ...(row.office !== undefined && { office: row.office }),
      ...(row.holder !== undefined && { holder: row.holder }),
      ...(row.issuedTo !== undefined && { issuedTo: row.issuedTo }),
      request: row.order,
      notBefore: rfc3339(new Date(row.notBefore * 1000)),
      notAfter: rfc3339(new Date(row.notAfter * 1000)),
      ...standing,
      ...(awaiting && { awaiting }),
      ...(await personalOf(ref, row)),
    };
  };

  const personalOf = async (
    ref: CertificateRef,
    row: CertificateRow,
  ): Promise<Pick<CertificateView, 'subject' | 'pem' | 'personalData'>> => {
    const found = await bytes.find(ref, row);
    if (found.state === 'unreadable') return { personalData: found };
    if (found.state === 'ended') {
      const { state, month } = found;
      return { personalData: { state, ...(month !== undefined && { month }) } };
    }
    const { subject, der } = found.bytes;
    const isWhole = isSigned(row) && der !== undefined;
    return {
      subject,
      ...(isWhole && { pem: encodePem('CERTIFICATE', asDer(Buffer.from(der, 'base64'))) }),
    };
  };

  const assertSeenBy = async (actor: Principal, ref: CertificateRef): Promise<void> => {
    const isOfCentre = actor.role === 'auditor' || actor.role === 'operator';
    const seesAll = isOfCentre && actor.tenant === undefined;
    if (!seesAll) assertSees(actor, await readIssuedAs(deps, ref));
  };

  return {
    standingOf,
    viewOf,

    isSeenBy: async (actor, ref) => {
      try {
        await assertSeenBy(actor, ref);
        return true;
      } catch (error) {
        if (Fault.is(error, 'unknown-certificate')) return false;
        throw error;
      }
    },

    certificate: async (actor, ref) => {
      if (actor.tenant !== undefined) await issuers.knownTo(actor, ref.ca);
      const { value: row } = await readCertificate(table, ref).catch(async (error: unknown) => {
        // Says so where there is no such CA.
        if (Fault.is(error, 'unknown-certificate')) await issuers.byId(ref.ca);
        throw error;
      });
      await assertSeenBy(actor, ref);
      return viewOf(ref, row, await standingOf(ref, row));
    },
  };
};
