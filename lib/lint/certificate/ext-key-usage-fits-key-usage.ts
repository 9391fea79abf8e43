import { findExtension, type KeyUsage, OID } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

/** The key usages of each purpose. A certificate with the purpose must have at least one of them. */
const FITTING: ReadonlyMap<string, readonly KeyUsage[]> = new Map([
  [OID.serverAuth, ['digitalSignature', 'keyEncipherment', 'keyAgreement']],
  [OID.clientAuth, ['digitalSignature', 'keyAgreement']],
  [OID.codeSigning, ['digitalSignature']],
  [OID.emailProtection, ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement']],
  [OID.timeStamping, ['digitalSignature', 'nonRepudiation']],
  [OID.OCSPSigning, ['digitalSignature', 'nonRepudiation']],
  // RFC 9336 3.3
  [OID.documentSigning, ['digitalSignature', 'nonRepudiation']],
]);

export const extKeyUsageFitsKeyUsage: CertificateRule = {
  id: 'ext-key-usage-fits-key-usage',
  cite: 'RFC 5280 4.2.1.12',
  applies: ({ extensions }) =>
    findExtension(extensions, 'extKeyUsage') !== undefined &&
    findExtension(extensions, 'keyUsage') !== undefined,
  check: ({ extensions }) => {
    const usages = findExtension(extensions, 'keyUsage')?.usages ?? [];
    const unfit = findExtension(extensions, 'extKeyUsage')?.purposes.find((purpose) => {
      const fitting = FITTING.get(purpose);
      return fitting !== undefined && !fitting.some((usage) => usages.includes(usage));
    });
    return unfit && `The purpose ${unfit} cannot be served with this keyUsage.`;
  },
  bad: (good) =>
    change(good, {
      extensions: changed(
        changed(good.tbs.extensions, 'keyUsage', { usages: ['nonRepudiation'] }),
        'extKeyUsage',
        { purposes: [OID.clientAuth] },
      ),
    }),
  also: ['ocsp-responder-purpose', 'ocsp-responder-key-usage'],
};
