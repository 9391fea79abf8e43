import { derSequence, encodeTbsCertList } from '../../pki/pki.ts';
import { rewrite } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlEntryExtensionsNotEmpty: EntryExtensionsRule = {
  id: 'crl-entry-extensions-not-empty',
  cite: 'RFC 5280 5.1, 4.1: Extensions has SIZE (1..MAX)',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ encodedExtensions }) =>
      encodedExtensions.length === 0 ? 'An entry has crlEntryExtensions without an extension.' : undefined,
  bad: (good) => ({
    ...good,
    tbs: rewrite(
      encodeTbsCertList({
        ...good.tbs,
        revokedCertificates: good.tbs.revokedCertificates.map(({ serialNumber, revocationDate }) => ({
          serialNumber,
          revocationDate,
        })),
      }),
      [5, 0, 1],
      (date) => Buffer.concat([date, derSequence()]),
    ),
  }),
};
