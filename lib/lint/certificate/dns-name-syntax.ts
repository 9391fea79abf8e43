import { hasDnsSyntax } from '../../internet-names.ts';
import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const dnsNameSyntax: CertificateRule = {
  id: 'dns-name-syntax',
  cite: 'RFC 5280 4.2.1.6 with RFC 1034 3.5, 1123 2.1; wildcards are not issued by this service',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'subjectAltName')?.names.every(
      (name) => name.kind !== 'dNSName' || hasDnsSyntax(name.value),
    )
      ? undefined
      : 'A dNSName is not in the preferred name syntax.',
  bad: (good) => {
    const names = findExtension(good.tbs.extensions, 'subjectAltName')?.names ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'subjectAltName', {
        names: [...names, { kind: 'dNSName', value: 'under_score.example.jp' }],
      }),
    });
  },
};
