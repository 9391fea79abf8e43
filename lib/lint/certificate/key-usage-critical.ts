import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const keyUsageCritical: CertificateRule = {
  id: 'key-usage-critical',
  cite: 'RFC 5280 4.2.1.3 (a SHOULD)',
  applies: ({ extensions }) => findExtension(extensions, 'keyUsage') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'keyUsage')?.critical ? undefined : 'The keyUsage extension is not critical.',
  bad: (good) => change(good, { extensions: changed(good.tbs.extensions, 'keyUsage', { critical: false }) }),
};
