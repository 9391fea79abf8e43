import { crlAuthorityKeyIdentifier } from './crl/crl-authority-key-identifier.ts';
import { crlCriticalExtensionsKnown } from './crl/crl-critical-extensions-known.ts';
import { crlEntryExtensionsKnown } from './crl/crl-entry-extensions-known.ts';
import { crlEntryExtensionsNotCritical } from './crl/crl-entry-extensions-not-critical.ts';
import { crlEntryExtensionsNotEmpty } from './crl/crl-entry-extensions-not-empty.ts';
import { crlEntryExtensionsNotRepeated } from './crl/crl-entry-extensions-not-repeated.ts';
import { crlExtensionsNotCritical } from './crl/crl-extensions-not-critical.ts';
import { crlExtensionsNotRepeated } from './crl/crl-extensions-not-repeated.ts';
import { crlIssuerIsSubjectOfCa } from './crl/crl-issuer-is-subject-of-ca.ts';
import { crlIssuerSignsCrls } from './crl/crl-issuer-signs-crls.ts';
import { crlNextUpdateAfterThisUpdate } from './crl/crl-next-update-after-this-update.ts';
import { crlNumberFits20Octets } from './crl/crl-number-fits-20-octets.ts';
import { crlNumberIncreases } from './crl/crl-number-increases.ts';
import { crlNumberPositive } from './crl/crl-number-positive.ts';
import { crlNumberPresent } from './crl/crl-number-present.ts';
import { crlReasonNotUnspecified } from './crl/crl-reason-not-unspecified.ts';
import { crlReasonRemoveOnlyInDelta } from './crl/crl-reason-remove-only-in-delta.ts';
import { crlRevocationDateForm } from './crl/crl-revocation-date-form.ts';
import { crlRevocationDateNotAfterThisUpdate } from './crl/crl-revocation-date-not-after-this-update.ts';
import { crlSerialNumberAtMost20Octets } from './crl/crl-serial-number-at-most-20-octets.ts';
import { crlSerialNumberPositive } from './crl/crl-serial-number-positive.ts';
import { crlSerialNumbersUnique } from './crl/crl-serial-numbers-unique.ts';
import { crlSignatureAlgorithmKnown } from './crl/crl-signature-algorithm-known.ts';
import { crlSignatureFitsKey } from './crl/crl-signature-fits-key.ts';
import { crlTimesInWholeSeconds } from './crl/crl-times-in-whole-seconds.ts';
import { crlTimesTypedByYear } from './crl/crl-times-typed-by-year.ts';
import { crlVersionIs2 } from './crl/crl-version-is-2.ts';
import { crlWithoutEmptyList } from './crl/crl-without-empty-list.ts';
import { deltaCrlBaseBefore } from './crl/delta-crl-base-before.ts';
import { deltaCrlIndicatorCritical } from './crl/delta-crl-indicator-critical.ts';
import { issuingDistributionPointCritical } from './crl/issuing-distribution-point-critical.ts';
import { issuingDistributionPointNotIndirect } from './crl/issuing-distribution-point-not-indirect.ts';
import type { CertListEntryRule, CertListRule, EncodedCertListRule, EntryExtensionsRule } from './rule.ts';

/** These rules run first. If one of them finds something, the other rules do not run. */
export const ENCODED_CERT_LIST_RULES: readonly EncodedCertListRule[] = [
  crlVersionIs2,
  crlTimesInWholeSeconds,
  crlTimesTypedByYear,
  crlWithoutEmptyList,
  crlExtensionsNotRepeated,
  crlNumberPresent,
  crlNumberFits20Octets,
  crlNumberPositive,
];

/** In the order of RFC 5280 5.1 and 5.2. */
export const CERT_LIST_RULES: readonly CertListRule[] = [
  crlSignatureAlgorithmKnown,
  crlSignatureFitsKey,
  crlIssuerIsSubjectOfCa,
  crlIssuerSignsCrls,
  crlNextUpdateAfterThisUpdate,
  crlCriticalExtensionsKnown,
  crlExtensionsNotCritical,
  crlAuthorityKeyIdentifier,
  crlNumberIncreases,
  deltaCrlIndicatorCritical,
  deltaCrlBaseBefore,
  issuingDistributionPointCritical,
  issuingDistributionPointNotIndirect,
];

/** RFC 5280 5.1.2.6. */
export const CERT_LIST_ENTRY_RULES: readonly CertListEntryRule[] = [
  crlSerialNumberPositive,
  crlSerialNumberAtMost20Octets,
  crlSerialNumbersUnique,
  crlRevocationDateForm,
  crlRevocationDateNotAfterThisUpdate,
];

/** RFC 5280 5.3. */
export const ENTRY_EXTENSIONS_RULES: readonly EntryExtensionsRule[] = [
  crlEntryExtensionsNotEmpty,
  crlEntryExtensionsNotRepeated,
  crlEntryExtensionsKnown,
  crlEntryExtensionsNotCritical,
  crlReasonNotUnspecified,
  crlReasonRemoveOnlyInDelta,
];
