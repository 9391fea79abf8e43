import type { ExtensionId } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const FOR_CRLS: readonly ExtensionId[] = [
  'cRLNumber',
  'deltaCRLIndicator',
  'issuingDistributionPoint',
  'reasonCode',
  'invalidityDate',
  'certificateIssuer',
];

export const extensionsForCertificates: CertificateRule = {
  id: 'extensions-for-certificates',
  cite: 'RFC 5280 4.2, 5.2, 5.3',
  applies: () => true,
  check: ({ extensions }) => {
    const odd = extensions.find(({ id }) => FOR_CRLS.some((other) => other === id));
    return odd && `The extension ${odd.id} belongs into CRLs.`;
  },
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, { id: 'cRLNumber', number: 1n, critical: false }),
    }),
};
