import { derBoolean, encodeTbsCertList } from '../../pki/pki.ts';
import { change, rewrite } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlEntryExtensionsNotCritical: EntryExtensionsRule = {
  id: 'crl-entry-extensions-not-critical',
  cite: 'RFC 5280 5.3.1, 5.3.2',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ extensions }) =>
      extensions.some(({ critical }) => critical) ? 'An entry has a critical extension.' : undefined,
  bad: (good) => {
    const [first, ...rest] = good.tbs.revokedCertificates;
    if (first === undefined) return good;
    const { tbs } = change(good, { revokedCertificates: [{ ...first, reasonCode: 'superseded' }, ...rest] });
    return {
      ...good,
      tbs: rewrite(encodeTbsCertList(tbs), [5, 0, 2, 0, 0], (oid) => Buffer.concat([oid, derBoolean(true)])),
    };
  },
};
