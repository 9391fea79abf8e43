import type { CertificateView } from '../../../lib/authority/authority.ts';
import type { EntryReason, RevocationReason } from '../../../lib/pki/pki.ts';
import { REVOCATION_REASONS } from '../../../lib/pki/pki.ts';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import type { CertificateOffers } from '../../../web/console/certificate.ts';
import { route as holdCertificate } from '../../routes/certificates/hold-certificate.ts';
import { route as releaseCertificate } from '../../routes/certificates/release-certificate.ts';
import { route as revokeCertificate } from '../../routes/certificates/revoke-certificate.ts';
import { route as withdrawRevocation } from '../../routes/certificates/withdraw-revocation.ts';
import type { OwnVisit } from '../visit.ts';

/* What a person may do with a certificate as it stands. The operations decide; a page offers nothing in vain. */

/** The service's own certificates, which no profile of an office is about and which are never held. */
const NEVER_HELD = ['ca', 'ocsp-responder'];

/** Undefined where the person does not see the profile, such as that of principals. */
const holdRuleOf = (
  { profile: id }: CertificateView,
  profiles: readonly ProfileView[],
): ProfileView['hold'] | undefined =>
  NEVER_HELD.includes(id) ? 'notAllowed' : profiles.find((profile) => profile.id === id)?.hold;

const isOfCa = ({ profile }: CertificateView): boolean => profile === 'ca';

const reasonsFor = (certificate: CertificateView): readonly RevocationReason[] =>
  REVOCATION_REASONS.filter((reason) => reason !== 'cACompromise' || isOfCa(certificate));

/** A revocation may rise to a compromise, and the same reason may be given with an earlier date. */
const raisedReasons = (certificate: CertificateView, reason: EntryReason): readonly RevocationReason[] =>
  reasonsFor(certificate).filter(
    (one) =>
      one === reason || one === 'cACompromise' || (one === 'keyCompromise' && reason !== 'cACompromise'),
  );

export const offersFor = (
  visit: OwnVisit,
  certificate: CertificateView,
  profiles: readonly ProfileView[],
): CertificateOffers => {
  const { status, revocation, awaiting } = certificate;
  const mayRevoke = visit.may(revokeCertificate);
  if (awaiting) {
    const isOther = awaiting.askedBy !== visit.caller.id;
    return {
      ...(mayRevoke && isOther && { confirm: awaiting }),
      ...(visit.may(withdrawRevocation) && { withdraw: true }),
    };
  }
  const rule = holdRuleOf(certificate, profiles);
  const raises = status === 'revoked' && revocation ? raisedReasons(certificate, revocation.reason) : [];
  return {
    ...(mayRevoke && status !== 'revoked' && { revoke: reasonsFor(certificate) }),
    ...(mayRevoke && raises.length > 0 && { raise: raises }),
    ...(visit.may(holdCertificate) &&
      status === 'good' &&
      rule !== 'notAllowed' && { hold: rule ?? 'unknown' }),
    ...(visit.may(releaseCertificate) &&
      status === 'hold' &&
      (rule === 'releasable' || rule === undefined) && { release: true }),
  };
};
