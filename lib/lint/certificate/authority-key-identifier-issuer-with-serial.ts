import { constructed, derOctetString, derSequence, primitive } from '../../pki/pki.ts';
import { elementsOf } from '../encoded-certificate.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

export const authorityKeyIdentifierIssuerWithSerial: EncodedCertificateRule = {
  id: 'authority-key-identifier-issuer-with-serial',
  cite: 'RFC 5280 4.2.1.1, A.2',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === AUTHORITY_KEY_IDENTIFIER),
  check: (certificate) => {
    const tags = elementsOf(certificate, AUTHORITY_KEY_IDENTIFIER)?.map(({ tag }) => tag) ?? [];
    return tags.includes(constructed(1)) === tags.includes(primitive(2))
      ? undefined
      : 'authorityKeyIdentifier has one of authorityCertIssuer and authorityCertSerialNumber without the other.';
  },
  bad: (good) =>
    change(good, {
      extensions: [
        ...without(good.tbs.extensions, 'authorityKeyIdentifier'),
        rawExtension(AUTHORITY_KEY_IDENTIFIER, derSequence(derOctetString(Uint8Array.of(1), primitive(2)))),
      ],
    }),
};
