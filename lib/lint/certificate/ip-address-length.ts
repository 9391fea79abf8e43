import { primitive } from '../../pki/pki.ts';
import { elementsOf } from '../encoded-certificate.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const SUBJECT_ALT_NAME = '2.5.29.17';
const IP_ADDRESS = primitive(7);

export const ipAddressLength: EncodedCertificateRule = {
  id: 'ip-address-length',
  cite: 'RFC 5280 4.2.1.6',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === SUBJECT_ALT_NAME),
  check: (certificate) =>
    elementsOf(certificate, SUBJECT_ALT_NAME)?.some(
      ({ tag, content }) => tag === IP_ADDRESS && content.length !== 4 && content.length !== 16,
    )
      ? 'An iPAddress in subjectAltName has neither 4 nor 16 octets.'
      : undefined,
  // An address with its mask, which only name constraints may have.
  bad: (good) =>
    change(good, {
      extensions: [
        ...without(good.tbs.extensions, 'subjectAltName'),
        rawExtension(SUBJECT_ALT_NAME, '300a8708c0000200ffffff00'),
      ],
    }),
};
