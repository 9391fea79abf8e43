import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const caBasicConstraints: CertificateRule = {
  id: 'ca-basic-constraints',
  cite: 'RFC 5280 4.2.1.9',
  applies: (_, { kind }) => kind === 'ca',
  check: ({ extensions }) => {
    const constraints = findExtension(extensions, 'basicConstraints');
    return constraints?.cA && constraints.critical
      ? undefined
      : 'A CA certificate has a critical basicConstraints with cA TRUE.';
  },
  bad: (good) =>
    change(good, { extensions: changed(good.tbs.extensions, 'basicConstraints', { critical: false }) }),
};
