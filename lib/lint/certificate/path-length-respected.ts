import { findExtension } from '../../pki/pki.ts';
import { changed, inContext } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const pathLengthRespected: CertificateRule = {
  id: 'path-length-respected',
  cite: 'RFC 5280 4.2.1.9, 6.1.4 (l), (m)',
  applies: (_, { kind, issuer }) => kind === 'ca' && issuer !== undefined,
  check: ({ extensions }, { issuer }) => {
    const above = findExtension(issuer?.extensions ?? [], 'basicConstraints')?.pathLenConstraint;
    if (above === undefined) return undefined;
    const own = findExtension(extensions, 'basicConstraints')?.pathLenConstraint;
    return own !== undefined && own < above
      ? undefined
      : 'The CA may have longer paths below it than the CA above allows.';
  },
  bad: (good) => {
    const { issuer } = good.context;
    if (issuer === undefined) return good;
    const extensions = changed(issuer.extensions, 'basicConstraints', { pathLenConstraint: 0 });
    return inContext(good, { issuer: { ...issuer, extensions } });
  },
};
