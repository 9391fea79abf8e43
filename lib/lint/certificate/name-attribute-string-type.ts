import { OID, TAG } from '../../pki/pki.ts';
import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

/** Attributes whose type is not DirectoryString. */
const FIXED: ReadonlyMap<string, number> = new Map([
  [OID.C, TAG.printableString],
  [OID.serialNumber, TAG.printableString],
  [OID.DC, TAG.ia5String],
  [OID.emailAddress, TAG.ia5String],
]);
const DIRECTORY_STRING: readonly number[] = [TAG.utf8String, TAG.printableString];

export const nameAttributeStringType: CertificateRule = {
  id: 'name-attribute-string-type',
  cite: 'RFC 5280 4.1.2.4, A.1',
  applies: () => true,
  check: (certificate) => {
    const odd = attributesIn(certificate).find(({ type, tag }) => {
      const fixed = FIXED.get(type);
      return fixed === undefined ? !DIRECTORY_STRING.includes(tag) : tag !== fixed;
    });
    return odd && `The attribute ${odd.type} has a string type that it may not have.`;
  },
  bad: (good) => withAttribute(good, { tag: TAG.teletexString }),
  also: ['issuer-is-subject-of-ca'],
};
