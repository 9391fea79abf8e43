import { OID, TAG } from '../../pki/pki.ts';
import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

export const countryOfTwoLetters: CertificateRule = {
  id: 'country-of-two-letters',
  cite: 'RFC 5280 A.1 (X520countryName); ISO 3166-1 alpha-2',
  applies: () => true,
  check: (certificate) =>
    attributesIn(certificate).every(({ type, value }) => type !== OID.C || /^[A-Z]{2}$/.test(value))
      ? undefined
      : 'A countryName is not two upper-case letters.',
  bad: (good) => withAttribute(good, { type: OID.C, tag: TAG.printableString, value: 'JPN' }),
  also: ['issuer-is-subject-of-ca'],
};
