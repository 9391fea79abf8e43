import { findExtension } from '../../pki/pki.ts';
import { change, without } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const certificatePoliciesPresent: CertificateRule = {
  id: 'certificate-policies-present',
  cite: 'RFC 5280 4.2.1.4; for every end entity by this service',
  applies: (_, { kind }) => kind === 'endEntity',
  check: ({ extensions }) =>
    findExtension(extensions, 'certificatePolicies') ? undefined : 'There is no certificatePolicies.',
  bad: (good) => change(good, { extensions: without(good.tbs.extensions, 'certificatePolicies') }),
};
