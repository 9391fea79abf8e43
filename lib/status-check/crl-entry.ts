import { phrase } from '../fault.ts';
import {
  type Certificate,
  type CertificateList,
  findExtension,
  type Name,
  type RevokedCertificate,
  sameName,
} from '../pki/pki.ts';
import type { Statement } from './contract.ts';
import { idpOf } from './crl-scope.ts';
import { Unusable } from './finding.ts';

/** RFC 5280 5.3.3: names of the entry's certificate issuer, if it says another than the entry before. */
const issuersIn = (entry: RevokedCertificate): readonly Name[] | undefined => {
  const names = findExtension(entry.otherExtensions ?? [], 'certificateIssuer')?.names;
  return names?.flatMap((name) => (name.kind === 'directoryName' ? [name.value] : []));
};

/** All entries for a certificate. A CRL that is not indirect lists certificates of its own issuer only. */
const entriesFor = (
  crl: CertificateList,
  { serialNumber, issuer }: Certificate,
): readonly RevokedCertificate[] => {
  const indirect = idpOf(crl)?.indirectCRL === true;
  let issuers: readonly Name[] = [crl.issuer];
  return crl.revokedCertificates.filter((entry) => {
    if (entry.otherExtensions) {
      const named = issuersIn(entry);
      if (named && !indirect) {
        throw new Unusable(
          'RFC 5280 5.3.3',
          phrase`The CRL has entries of other CAs without being an indirect one.`,
        );
      }
      issuers = named ?? issuers;
    }
    return entry.serialNumber === serialNumber && issuers.some((name) => sameName(name, issuer));
  });
};

const isHold = ({ reasonCode }: RevokedCertificate): boolean => reasonCode === 'certificateHold';

/** A revocation before a hold, and then the earlier time before the later. */
const bySeverity = (a: RevokedCertificate, b: RevokedCertificate): number =>
  Number(isHold(a)) - Number(isHold(b)) || a.revocationDate.getTime() - b.revocationDate.getTime();

/**
 * What the CRL lists for a certificate. RFC 5280 5.1.2.6 knows a certificate as revoked by being listed, and has no
 * order among entries. So where one serial number is listed twice, no entry takes another back: a revocation counts
 * before a hold, which could end (5.3.1), and the earliest time counts, because nothing signed after it is valid.
 * `removed` says that an entry has the reason removeFromCRL.
 */
export const entryFor = (
  crl: CertificateList,
  certificate: Certificate,
): { readonly entry?: RevokedCertificate; readonly removed: boolean } => {
  const all = entriesFor(crl, certificate);
  const [entry] = all.filter(({ reasonCode }) => reasonCode !== 'removeFromCRL').toSorted(bySeverity);
  return {
    ...(entry && { entry }),
    removed: all.some(({ reasonCode }) => reasonCode === 'removeFromCRL'),
  };
};

/** The same in a complete CRL, where an entry cannot be removed (RFC 5280 5.3.1). */
export const completeEntryFor = (
  crl: CertificateList,
  certificate: Certificate,
): RevokedCertificate | undefined => {
  const { entry, removed } = entryFor(crl, certificate);
  if (!entry && removed) {
    throw new Unusable('RFC 5280 5.3.1', phrase`The CRL removes the certificate, which only a delta can.`);
  }
  return entry;
};

export const entryStatus = (
  entry: RevokedCertificate | undefined,
): Pick<Statement, 'says' | 'rule' | 'revocation'> => {
  if (!entry) return { says: 'good', rule: 'RFC 5280 6.3.3 (j)' };
  const { reasonCode: reason, revocationDate: time, invalidityDate } = entry;
  return {
    says: isHold(entry) ? 'hold' : 'revoked',
    rule: 'RFC 5280 6.3.3 (j)',
    revocation: { time, ...(reason && { reason }), ...(invalidityDate && { invalidityDate }) },
  };
};
