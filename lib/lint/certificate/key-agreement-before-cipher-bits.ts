import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import { familyOf, publicKeyKind } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

export const keyAgreementBeforeCipherBits: CertificateRule = {
  id: 'key-agreement-before-cipher-bits',
  cite: 'RFC 5280 4.2.1.3: encipherOnly and decipherOnly mean nothing without keyAgreement',
  applies: ({ extensions, subjectPublicKeyInfo }) => {
    const kind = publicKeyKind(subjectPublicKeyInfo);
    return (
      kind !== undefined && familyOf(kind) === 'ec' && findExtension(extensions, 'keyUsage') !== undefined
    );
  },
  check: ({ extensions }) => {
    const usages = findExtension(extensions, 'keyUsage')?.usages ?? [];
    const bound = usages.includes('encipherOnly') || usages.includes('decipherOnly');
    return bound && !usages.includes('keyAgreement')
      ? 'keyUsage has encipherOnly or decipherOnly without keyAgreement.'
      : undefined;
  },
  bad: (good) => {
    const usages = findExtension(good.tbs.extensions, 'keyUsage')?.usages ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'keyUsage', {
        usages: [...usages.filter((usage) => usage !== 'keyAgreement'), 'encipherOnly'],
      }),
    });
  },
  also: ['ca-key-usage'],
};
