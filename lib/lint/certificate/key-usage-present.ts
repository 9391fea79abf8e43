import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const keyUsagePresent: CertificateRule = {
  id: 'key-usage-present',
  cite: 'RFC 5280 4.2.1.3: a MUST for CAs; for all by this service',
  applies: () => true,
  check: ({ extensions }) => (findExtension(extensions, 'keyUsage') ? undefined : 'There is no keyUsage.'),
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'keyUsage') }),
};
