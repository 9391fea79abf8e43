import { findExtension } from '../../pki/pki.ts';
import { change, rawExtension } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlReasonNotUnspecified: EntryExtensionsRule = {
  id: 'crl-reason-not-unspecified',
  cite: 'RFC 5280 5.3.1: unspecified is said by leaving reasonCode out',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ extensions }) =>
      findExtension(extensions, 'reasonCode')?.reason === 'unspecified'
        ? 'An entry gives the reason unspecified.'
        : undefined,
  bad: (good) =>
    change(good, {
      revokedCertificates: good.tbs.revokedCertificates.map(({ serialNumber, revocationDate }) => ({
        serialNumber,
        revocationDate,
        otherExtensions: [rawExtension('2.5.29.21', '0a0100')],
      })),
    }),
};
