import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

export const nameAttributeNotEmpty: CertificateRule = {
  id: 'name-attribute-not-empty',
  cite: 'RFC 5280 A.1: every DirectoryString has SIZE (1..MAX)',
  applies: () => true,
  check: (certificate) => {
    const empty = attributesIn(certificate).find(({ value }) => value.trim() === '');
    return empty && `The attribute ${empty.type} has no text.`;
  },
  bad: (good) => withAttribute(good, { value: '' }),
  also: ['issuer-is-subject-of-ca'],
};
