import { findExtension } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const pathLengthOnlyInCa: CertificateRule = {
  id: 'path-length-only-in-ca',
  cite: 'RFC 5280 4.2.1.9',
  applies: () => true,
  check: ({ extensions }) => {
    const constraints = findExtension(extensions, 'basicConstraints');
    return constraints && !constraints.cA && constraints.pathLenConstraint !== undefined
      ? 'There is a pathLenConstraint without cA TRUE.'
      : undefined;
  },
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, {
        id: 'basicConstraints',
        cA: false,
        pathLenConstraint: 0,
        critical: true,
      }),
    }),
  also: ['ca-basic-constraints'],
};
