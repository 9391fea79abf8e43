import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const directoryNameNotEmpty: CertificateRule = {
  id: 'directory-name-not-empty',
  cite: 'RFC 5280 4.2.1.6',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'subjectAltName')?.names.every(
      (name) => name.kind !== 'directoryName' || name.value.length > 0,
    )
      ? undefined
      : 'A directoryName in subjectAltName is empty.',
  bad: (good) => {
    const names = findExtension(good.tbs.extensions, 'subjectAltName')?.names ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'subjectAltName', {
        names: [...names, { kind: 'directoryName', value: [] }],
      }),
    });
  },
};
