import { hasUriSyntax } from '../../internet-names.ts';
import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const uriAbsolute: CertificateRule = {
  id: 'uri-absolute',
  cite: 'RFC 5280 4.2.1.6: a scheme and a part of its own; where there is an authority, it names a host',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'subjectAltName')?.names.every(
      (name) => name.kind !== 'uniformResourceIdentifier' || hasUriSyntax(name.value),
    )
      ? undefined
      : 'A uniformResourceIdentifier in subjectAltName is not an absolute URI.',
  bad: (good) => {
    const names = findExtension(good.tbs.extensions, 'subjectAltName')?.names ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'subjectAltName', {
        names: [...names, { kind: 'uniformResourceIdentifier', value: '/offices/1' }],
      }),
    });
  },
};
