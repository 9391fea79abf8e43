import { hasUriSyntax } from '../../internet-names.ts';
import { findExtension } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const certificatePoliciesCpsUri: CertificateRule = {
  id: 'certificate-policies-cps-uri',
  cite: 'RFC 5280 4.2.1.4 (CPS Pointer); http or https by this service',
  applies: ({ extensions }) => findExtension(extensions, 'certificatePolicies') !== undefined,
  check: ({ extensions }) => {
    const uris = findExtension(extensions, 'certificatePolicies')?.policies.flatMap(({ cps = [] }) => cps);
    return uris?.every((uri) => /^https?:\/\//.test(uri) && hasUriSyntax(uri))
      ? undefined
      : 'A CPS pointer is not an absolute http or https URI.';
  },
  bad: (good) => {
    const policies = findExtension(good.tbs.extensions, 'certificatePolicies')?.policies ?? [];
    return change(good, {
      extensions: having(good.tbs.extensions, {
        id: 'certificatePolicies',
        policies: policies.map((policy) => ({ ...policy, cps: ['cps.html'] })),
        critical: false,
      }),
    });
  },
};
