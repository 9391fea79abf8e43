import { hasUriSyntax } from '../../internet-names.ts';
import { type DistributionPoint, findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const uris = ({ fullName = [] }: DistributionPoint): readonly string[] =>
  fullName.flatMap((name) => (name.kind === 'uniformResourceIdentifier' ? [name.value] : []));

export const crlDistributionPointsHttp: CertificateRule = {
  id: 'crl-distribution-points-http',
  cite: 'RFC 5280 4.2.1.13; section 8 on https, whose own certificate would have to be checked first',
  applies: ({ extensions }) => findExtension(extensions, 'cRLDistributionPoints') !== undefined,
  check: ({ extensions }) => {
    const points = findExtension(extensions, 'cRLDistributionPoints')?.points ?? [];
    const reachable = points.every((point) =>
      uris(point).some((uri) => uri.startsWith('http://') && hasUriSyntax(uri)),
    );
    const https = points.some((point) => uris(point).some((uri) => /^https:/i.test(uri)));
    return reachable && !https
      ? undefined
      : 'Every distribution point has an http URI, and none has an https one.';
  },
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'cRLDistributionPoints', {
        points: [{ fullName: [{ kind: 'uniformResourceIdentifier', value: 'ldap://ldap.example/cn=crl' }] }],
      }),
    }),
};
