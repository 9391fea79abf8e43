import { encodeTbsCertList } from '../../pki/pki.ts';
import { repeatedOid } from '../encoded-certificate.ts';
import { change, rewrite } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlEntryExtensionsNotRepeated: EntryExtensionsRule = {
  id: 'crl-entry-extensions-not-repeated',
  cite: 'RFC 5280 4.2, 5.3',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ encodedExtensions }) =>
      encodedExtensions.length > 1 && repeatedOid(encodedExtensions) !== undefined
        ? 'An entry has one extension twice.'
        : undefined,
  bad: (good) => {
    const [first, ...rest] = good.tbs.revokedCertificates;
    if (first === undefined) return good;
    const { tbs } = change(good, { revokedCertificates: [{ ...first, reasonCode: 'superseded' }, ...rest] });
    return {
      ...good,
      tbs: rewrite(encodeTbsCertList(tbs), [5, 0, 2, 0], (reason) => Buffer.concat([reason, reason])),
    };
  },
};
