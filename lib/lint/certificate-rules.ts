import { authorityInfoAccessHttp } from './certificate/authority-info-access-http.ts';
import { authorityInfoAccessPresent } from './certificate/authority-info-access-present.ts';
import { authorityKeyIdentifierIssuerWithSerial } from './certificate/authority-key-identifier-issuer-with-serial.ts';
import { authorityKeyIdentifierOfCa } from './certificate/authority-key-identifier-of-ca.ts';
import { authorityKeyIdentifierPresent } from './certificate/authority-key-identifier-present.ts';
import { caBasicConstraints } from './certificate/ca-basic-constraints.ts';
import { caFlagOnlyInCa } from './certificate/ca-flag-only-in-ca.ts';
import { caKeyUsage } from './certificate/ca-key-usage.ts';
import { certificatePoliciesCpsUri } from './certificate/certificate-policies-cps-uri.ts';
import { certificatePoliciesNotRepeated } from './certificate/certificate-policies-not-repeated.ts';
import { certificatePoliciesPresent } from './certificate/certificate-policies-present.ts';
import { countryOfTwoLetters } from './certificate/country-of-two-letters.ts';
import { criticalExtensionsKnown } from './certificate/critical-extensions-known.ts';
import { crlDistributionPointsHttp } from './certificate/crl-distribution-points-http.ts';
import { crlDistributionPointsPresent } from './certificate/crl-distribution-points-present.ts';
import { directoryNameNotEmpty } from './certificate/directory-name-not-empty.ts';
import { dnsNameSyntax } from './certificate/dns-name-syntax.ts';
import { extKeyUsageAloneWhenAny } from './certificate/ext-key-usage-alone-when-any.ts';
import { extKeyUsageFitsKeyUsage } from './certificate/ext-key-usage-fits-key-usage.ts';
import { extKeyUsageNotEmpty } from './certificate/ext-key-usage-not-empty.ts';
import { extKeyUsageNotRepeated } from './certificate/ext-key-usage-not-repeated.ts';
import { extensionsForCertificates } from './certificate/extensions-for-certificates.ts';
import { extensionsNotCritical } from './certificate/extensions-not-critical.ts';
import { extensionsNotRepeated } from './certificate/extensions-not-repeated.ts';
import { ipAddressLength } from './certificate/ip-address-length.ts';
import { issuerIsSubjectOfCa } from './certificate/issuer-is-subject-of-ca.ts';
import { issuerNotEmpty } from './certificate/issuer-not-empty.ts';
import { issuerSignsCertificates } from './certificate/issuer-signs-certificates.ts';
import { keyAgreementBeforeCipherBits } from './certificate/key-agreement-before-cipher-bits.ts';
import { keyCertSignOnlyInCa } from './certificate/key-cert-sign-only-in-ca.ts';
import { keyUsageCritical } from './certificate/key-usage-critical.ts';
import { keyUsageFitsKey } from './certificate/key-usage-fits-key.ts';
import { keyUsageNotEmpty } from './certificate/key-usage-not-empty.ts';
import { keyUsagePresent } from './certificate/key-usage-present.ts';
import { labelsKnown } from './certificate/labels-known.ts';
import { nameAttributeLength } from './certificate/name-attribute-length.ts';
import { nameAttributeNotEmpty } from './certificate/name-attribute-not-empty.ts';
import { nameAttributeStringType } from './certificate/name-attribute-string-type.ts';
import { nameAttributeVisible } from './certificate/name-attribute-visible.ts';
import { noUniqueIdentifiers } from './certificate/no-unique-identifiers.ts';
import { ocspNoCheckOnlyInResponder } from './certificate/ocsp-no-check-only-in-responder.ts';
import { ocspResponderKeyUsage } from './certificate/ocsp-responder-key-usage.ts';
import { ocspResponderNoCheck } from './certificate/ocsp-responder-no-check.ts';
import { ocspResponderPurpose } from './certificate/ocsp-responder-purpose.ts';
import { ocspSigningOnlyInResponder } from './certificate/ocsp-signing-only-in-responder.ts';
import { otherNameVisible } from './certificate/other-name-visible.ts';
import { pathLengthOnlyInCa } from './certificate/path-length-only-in-ca.ts';
import { pathLengthRespected } from './certificate/path-length-respected.ts';
import { publicKeyKnown } from './certificate/public-key-known.ts';
import { publicKeyOfProfile } from './certificate/public-key-of-profile.ts';
import { rfc822NameSyntax } from './certificate/rfc822-name-syntax.ts';
import { serialNumberAtMost20Octets } from './certificate/serial-number-at-most-20-octets.ts';
import { serialNumberPositive } from './certificate/serial-number-positive.ts';
import { serialNumberRandom } from './certificate/serial-number-random.ts';
import { signatureAlgorithmKnown } from './certificate/signature-algorithm-known.ts';
import { signatureFitsKey } from './certificate/signature-fits-key.ts';
import { subjectAltNameCriticality } from './certificate/subject-alt-name-criticality.ts';
import { subjectAltNameNotEmpty } from './certificate/subject-alt-name-not-empty.ts';
import { subjectDiffersFromIssuer } from './certificate/subject-differs-from-issuer.ts';
import { subjectKeyIdentifierOfKey } from './certificate/subject-key-identifier-of-key.ts';
import { subjectKeyIdentifierPresent } from './certificate/subject-key-identifier-present.ts';
import { subjectNotEmpty } from './certificate/subject-not-empty.ts';
import { tlsServerAltName } from './certificate/tls-server-alt-name.ts';
import { uriAbsolute } from './certificate/uri-absolute.ts';
import { validityInOrder } from './certificate/validity-in-order.ts';
import { validityInWholeSeconds } from './certificate/validity-in-whole-seconds.ts';
import { validityTypedByYear } from './certificate/validity-typed-by-year.ts';
import { validityWithinIssuer } from './certificate/validity-within-issuer.ts';
import { versionIs3 } from './certificate/version-is-3.ts';
import type { CertificateRule, EncodedCertificateRule } from './rule.ts';

/**
 * These rules run first, in the order of RFC 5280 4.1 and 4.2. If one of them finds something, the other rules do not
 * run.
 */
export const ENCODED_CERTIFICATE_RULES: readonly EncodedCertificateRule[] = [
  versionIs3,
  serialNumberPositive,
  serialNumberAtMost20Octets,
  issuerNotEmpty,
  validityInWholeSeconds,
  validityTypedByYear,
  noUniqueIdentifiers,
  extensionsNotRepeated,
  authorityKeyIdentifierIssuerWithSerial,
  keyUsageNotEmpty,
  certificatePoliciesNotRepeated,
  subjectAltNameNotEmpty,
  ipAddressLength,
  extKeyUsageNotEmpty,
];

/** In the order of RFC 5280 4.1, 4.2 and RFC 6960 4.2.2.2. */
export const CERTIFICATE_RULES: readonly CertificateRule[] = [
  serialNumberRandom,
  signatureAlgorithmKnown,
  signatureFitsKey,
  issuerIsSubjectOfCa,
  issuerSignsCertificates,
  pathLengthRespected,
  validityInOrder,
  validityWithinIssuer,
  subjectNotEmpty,
  subjectDiffersFromIssuer,
  nameAttributeLength,
  nameAttributeNotEmpty,
  nameAttributeVisible,
  nameAttributeStringType,
  countryOfTwoLetters,
  publicKeyKnown,
  publicKeyOfProfile,
  extensionsForCertificates,
  extensionsNotCritical,
  criticalExtensionsKnown,
  authorityKeyIdentifierPresent,
  authorityKeyIdentifierOfCa,
  subjectKeyIdentifierPresent,
  subjectKeyIdentifierOfKey,
  keyUsagePresent,
  keyUsageCritical,
  keyUsageFitsKey,
  keyAgreementBeforeCipherBits,
  keyCertSignOnlyInCa,
  caKeyUsage,
  certificatePoliciesPresent,
  certificatePoliciesCpsUri,
  subjectAltNameCriticality,
  dnsNameSyntax,
  rfc822NameSyntax,
  otherNameVisible,
  uriAbsolute,
  labelsKnown,
  directoryNameNotEmpty,
  tlsServerAltName,
  caBasicConstraints,
  caFlagOnlyInCa,
  pathLengthOnlyInCa,
  extKeyUsageAloneWhenAny,
  extKeyUsageNotRepeated,
  extKeyUsageFitsKeyUsage,
  ocspResponderPurpose,
  ocspResponderKeyUsage,
  ocspResponderNoCheck,
  ocspNoCheckOnlyInResponder,
  ocspSigningOnlyInResponder,
  crlDistributionPointsPresent,
  crlDistributionPointsHttp,
  authorityInfoAccessPresent,
  authorityInfoAccessHttp,
];
