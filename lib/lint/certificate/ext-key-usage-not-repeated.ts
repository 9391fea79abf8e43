import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const extKeyUsageNotRepeated: CertificateRule = {
  id: 'ext-key-usage-not-repeated',
  cite: 'RFC 5280 4.2.1.12; once each by this service',
  applies: ({ extensions }) => findExtension(extensions, 'extKeyUsage') !== undefined,
  check: ({ extensions }) => {
    const purposes = findExtension(extensions, 'extKeyUsage')?.purposes ?? [];
    return new Set(purposes).size < purposes.length ? 'One purpose comes twice in extKeyUsage.' : undefined;
  },
  bad: (good) => {
    const purposes = findExtension(good.tbs.extensions, 'extKeyUsage')?.purposes ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'extKeyUsage', { purposes: [...purposes, ...purposes] }),
    });
  },
  also: ['ocsp-responder-purpose'],
};
