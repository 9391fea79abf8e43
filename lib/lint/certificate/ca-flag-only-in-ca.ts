import { findExtension } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const caFlagOnlyInCa: CertificateRule = {
  id: 'ca-flag-only-in-ca',
  cite: 'RFC 5280 4.2.1.9',
  applies: (_, { kind }) => kind !== 'ca',
  check: ({ extensions }) =>
    findExtension(extensions, 'basicConstraints')?.cA
      ? 'A certificate that is no CA certificate has cA TRUE.'
      : undefined,
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, { id: 'basicConstraints', cA: true, critical: true }),
    }),
};
