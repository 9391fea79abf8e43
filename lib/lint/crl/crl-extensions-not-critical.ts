import type { ExtensionId } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

const NEVER_CRITICAL: readonly ExtensionId[] = [
  'authorityKeyIdentifier', // 5.2.1, 4.2.1.1
  'issuerAltName', // 5.2.2
  'cRLNumber', // 5.2.3
  'freshestCRL', // 5.2.6
  'authorityInfoAccess', // 5.2.7
];

export const crlExtensionsNotCritical: CertListRule = {
  id: 'crl-extensions-not-critical',
  cite: 'RFC 5280 5.2.1, 5.2.2, 5.2.3, 5.2.6, 5.2.7',
  applies: () => true,
  check: ({ extensions }) => {
    const odd = extensions.find(
      ({ id, critical }) => critical && NEVER_CRITICAL.some((never) => never === id),
    );
    return odd && `The extension ${odd.id} is critical.`;
  },
  bad: (good) =>
    change(good, { crlExtensions: changed(good.tbs.crlExtensions, 'cRLNumber', { critical: true }) }),
};
