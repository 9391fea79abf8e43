import { hasUriSyntax } from '../../internet-names.ts';
import { findExtension, OID } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const authorityInfoAccessHttp: CertificateRule = {
  id: 'authority-info-access-http',
  cite: 'RFC 5280 4.2.2.1; RFC 6960 A.1; section 8 of RFC 5280 on https',
  applies: ({ extensions }) => findExtension(extensions, 'authorityInfoAccess') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'authorityInfoAccess')?.accesses.every(
      ({ location }) =>
        location.kind === 'uniformResourceIdentifier' &&
        location.value.startsWith('http://') &&
        hasUriSyntax(location.value),
    )
      ? undefined
      : 'A location in authorityInfoAccess is not an http URI.',
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'authorityInfoAccess', {
        accesses: [OID.ocsp, OID.caIssuers].map((method) => ({
          method,
          location: { kind: 'uniformResourceIdentifier', value: 'https://ca.example/' },
        })),
      }),
    }),
};
