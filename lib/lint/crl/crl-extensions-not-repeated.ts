import { DerReader, encodeTbsCertList } from '../../pki/pki.ts';
import { repeatedOid } from '../encoded-certificate.ts';
import { rewrite } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlExtensionsNotRepeated: EncodedCertListRule = {
  id: 'crl-extensions-not-repeated',
  cite: 'RFC 5280 4.2, 5.2',
  applies: () => true,
  check: ({ encodedExtensions }) => {
    const repeated = repeatedOid(encodedExtensions);
    return repeated === undefined ? undefined : `The extension ${repeated} comes twice.`;
  },
  bad: (good) => {
    const der = encodeTbsCertList(good.tbs);
    // The extensions are the last element, whether there are entries before them or not.
    let last = -1;
    for (const reader = new DerReader(der).sequence(); !reader.done; last++) reader.element();
    return { ...good, tbs: rewrite(der, [last, 0, 0], (first) => Buffer.concat([first, first])) };
  },
};
