import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';
import { findUnshown } from '../visible-text.ts';

export const nameAttributeVisible: CertificateRule = {
  id: 'name-attribute-visible',
  cite: 'RFC 4518 2.3 leaves bidirectional text alone; by this service, so that a name reads as it is',
  applies: () => true,
  check: (certificate) => {
    for (const { type, value } of attributesIn(certificate)) {
      const unshown = findUnshown(value);
      if (unshown) return `The attribute ${type} has ${unshown.codePoint}, which ${unshown.why}.`;
    }
    return undefined;
  },
  bad: (good) => withAttribute(good, { value: 'unit\u202e\u0000' }),
  also: ['issuer-is-subject-of-ca'],
};
