import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

// Variation selectors, which choose between the forms of an ideograph in personal names, are none of these.
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\ufeff]/u;

export const nameAttributeVisible: CertificateRule = {
  id: 'name-attribute-visible',
  cite: 'RFC 4518 2.3 leaves bidirectional text alone; by this service, so that a name reads as it is',
  applies: () => true,
  check: (certificate) => {
    const odd = attributesIn(certificate).find(({ value }) => INVISIBLE.test(value));
    return odd && `The attribute ${odd.type} has control or invisible characters.`;
  },
  bad: (good) => withAttribute(good, { value: 'unit\u202e\u0000' }),
  also: ['issuer-is-subject-of-ca'],
};
