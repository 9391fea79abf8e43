import { DerReader, derOid, derSequence, type Oid } from '../../pki/pki.ts';
import { elementsOf } from '../encoded-certificate.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const CERTIFICATE_POLICIES = '2.5.29.32';

export const certificatePoliciesNotRepeated: EncodedCertificateRule = {
  id: 'certificate-policies-not-repeated',
  cite: 'RFC 5280 4.2.1.4',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === CERTIFICATE_POLICIES),
  check: (certificate) => {
    const policies = elementsOf(certificate, CERTIFICATE_POLICIES) ?? [];
    const oids = policies.map(({ content }) => new DerReader(content).oid());
    return new Set(oids).size < oids.length ? 'One policy comes twice in certificatePolicies.' : undefined;
  },
  bad: (good) => {
    const policy = derSequence(derOid('1.3.6.1.4.1.32473.1' as Oid));
    return change(good, {
      extensions: [
        ...without(good.tbs.extensions, 'certificatePolicies'),
        rawExtension(CERTIFICATE_POLICIES, derSequence(policy, policy)),
      ],
    });
  },
};
