import { change, rawExtension } from '../examples.ts';
import type { EntryExtensionsRule } from '../rule.ts';

export const crlEntryExtensionsKnown: EntryExtensionsRule = {
  id: 'crl-entry-extensions-known',
  cite: 'RFC 5280 5.3: reasonCode and invalidityDate; certificateIssuer belongs into indirect CRLs',
  applies: ({ revokedCertificates }) => revokedCertificates !== undefined,
  start:
    () =>
    ({ extensions }) =>
      extensions.every(({ id }) => id === 'reasonCode' || id === 'invalidityDate')
        ? undefined
        : 'An entry has an extension other than reasonCode and invalidityDate.',
  bad: (good) =>
    change(good, {
      revokedCertificates: good.tbs.revokedCertificates.map((entry) => ({
        ...entry,
        otherExtensions: [rawExtension('1.3.6.1.4.1.32473.9', '0500')],
      })),
    }),
};
