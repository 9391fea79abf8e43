import { phrase } from '../fault.ts';
import {
  type Certificate,
  type CertificateList,
  encodeExtensions,
  findExtension,
  type RevokedCertificate,
  sameName,
} from '../pki/pki.ts';
import { completeEntryFor, entryFor } from './crl-entry.ts';
import { Unusable } from './finding.ts';
import { isSignedBy } from './issued-by.ts';

export const isDelta = ({ crlExtensions }: CertificateList): boolean =>
  findExtension(crlExtensions, 'deltaCRLIndicator') !== undefined;

const extensionBytes = (
  { crlExtensions }: CertificateList,
  id: 'issuingDistributionPoint' | 'authorityKeyIdentifier',
): string => {
  const extension = findExtension(crlExtensions, id);
  return extension ? Buffer.from(encodeExtensions([extension])).toString('base64') : '';
};

const numberOf = ({ crlExtensions }: CertificateList): bigint | undefined =>
  findExtension(crlExtensions, 'cRLNumber')?.number;

/** RFC 5280 6.3.3 (c): of the same issuer, scope and key as the complete CRL. */
export const isOfSameScope = (delta: CertificateList, complete: CertificateList): boolean =>
  sameName(delta.issuer, complete.issuer) &&
  extensionBytes(delta, 'issuingDistributionPoint') ===
    extensionBytes(complete, 'issuingDistributionPoint') &&
  extensionBytes(delta, 'authorityKeyIdentifier') === extensionBytes(complete, 'authorityKeyIdentifier');

/** Throws `Unusable` unless the key that signed the complete CRL signed the delta. */
export const checkDeltaSignature = (delta: CertificateList, signer: Certificate): void => {
  if (!isSignedBy(delta, signer)) {
    throw new Unusable('RFC 5280 6.3.3 (h)', phrase`The signature of the delta CRL does not verify.`);
  }
};

/** Throws `Unusable` unless the delta goes on from the complete CRL (RFC 5280 5.2.4, conditions (c) and (d)). */
const checkNumbers = (delta: CertificateList, complete: CertificateList): void => {
  const base = findExtension(delta.crlExtensions, 'deltaCRLIndicator')?.number;
  const before = numberOf(complete);
  const after = numberOf(delta);
  if (base === undefined || before === undefined || after === undefined || before < base || before >= after) {
    throw new Unusable(
      'RFC 5280 5.2.4',
      phrase`The numbers of the delta CRL do not go on from those of the complete one.`,
    );
  }
};

/**
 * The entry of the complete CRL with the delta on top of it (RFC 5280 5.2.4, 6.3.3 (i) to (k)). What the delta lists
 * counts even if its numbers do not go on: its issuer has said it. A revocation is for good, so the delta can end or
 * change a hold only. Throws `Unusable` where the delta cannot be put on top of the complete CRL.
 */
export const entryWithDelta = (
  complete: CertificateList,
  delta: CertificateList,
  certificate: Certificate,
): RevokedCertificate | undefined => {
  const own = completeEntryFor(complete, certificate);
  if (own && own.reasonCode !== 'certificateHold') return own;
  const changed = entryFor(delta, certificate);
  if (changed.entry) return changed.entry;
  checkNumbers(delta, complete);
  return changed.removed ? undefined : own;
};
