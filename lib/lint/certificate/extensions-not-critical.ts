import type { ExtensionId } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const NEVER_CRITICAL: readonly ExtensionId[] = [
  'authorityKeyIdentifier', // 4.2.1.1 MUST
  'subjectKeyIdentifier', // 4.2.1.2 MUST
  'issuerAltName', // 4.2.1.7 SHOULD
  'cRLDistributionPoints', // 4.2.1.13 SHOULD
  'freshestCRL', // 4.2.1.15 MUST
  'authorityInfoAccess', // 4.2.2.1 MUST
  'ocspNoCheck', // RFC 6960 4.2.2.2.1 SHOULD
];

export const extensionsNotCritical: CertificateRule = {
  id: 'extensions-not-critical',
  cite: 'RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.7, 4.2.1.13, 4.2.1.15, 4.2.2.1; RFC 6960 4.2.2.2.1',
  applies: () => true,
  check: ({ extensions }) => {
    const odd = extensions.find(
      ({ id, critical }) => critical && NEVER_CRITICAL.some((never) => never === id),
    );
    return odd && `The extension ${odd.id} is critical.`;
  },
  bad: (good) =>
    change(good, { extensions: changed(good.tbs.extensions, 'subjectKeyIdentifier', { critical: true }) }),
};
