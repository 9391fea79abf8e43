import { findExtension } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlReasonRemoveOnlyInDelta: EntryExtensionsRule = {
  id: 'crl-reason-remove-only-in-delta',
  cite: 'RFC 5280 5.3.1',
  applies: ({ revokedCertificates, extensions }) =>
    revokedCertificates !== undefined && findExtension(extensions, 'deltaCRLIndicator') === undefined,
  start:
    () =>
    ({ extensions }) =>
      findExtension(extensions, 'reasonCode')?.reason === 'removeFromCRL'
        ? 'A full CRL gives the reason removeFromCRL.'
        : undefined,
  bad: (good) =>
    change(good, {
      revokedCertificates: good.tbs.revokedCertificates.map((entry) => ({
        ...entry,
        reasonCode: 'removeFromCRL' as const,
      })),
    }),
};
