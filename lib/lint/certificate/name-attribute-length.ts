import { OID } from '../../pki/pki.ts';
import { attributesIn, withAttribute } from '../name-rules.ts';
import type { CertificateRule } from '../rule.ts';

/** Characters: ub-common-name and its kin. */
const BOUNDS: ReadonlyMap<string, number> = new Map([
  [OID.CN, 64],
  [OID.O, 64],
  [OID.OU, 64],
  [OID.L, 128],
  [OID.ST, 128],
  [OID.title, 64],
  [OID.serialNumber, 64],
  [OID.SN, 32_768],
  [OID.GN, 32_768],
  [OID.emailAddress, 255],
]);

export const nameAttributeLength: CertificateRule = {
  id: 'name-attribute-length',
  cite: 'RFC 5280 A.1',
  applies: () => true,
  check: (certificate) => {
    const long = attributesIn(certificate).find(
      ({ type, value }) => [...value].length > (BOUNDS.get(type) ?? Number.POSITIVE_INFINITY),
    );
    return long && `The attribute ${long.type} is longer than ${BOUNDS.get(long.type)} characters.`;
  },
  bad: (good) => withAttribute(good, { value: '部'.repeat(65) }),
  also: ['issuer-is-subject-of-ca'],
};
