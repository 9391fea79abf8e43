import { findExtension, type KeyUsage } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import { familyOf, publicKeyKind } from '../public-key.ts';
import type { CertificateRule } from '../rule.ts';

const SIGNING: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation', 'keyCertSign', 'cRLSign'];

const ALLOWED: Readonly<Record<ReturnType<typeof familyOf>, readonly KeyUsage[]>> = {
  // RFC 3279 2.3.1
  rsa: [...SIGNING, 'keyEncipherment', 'dataEncipherment'],
  // RFC 5480 3
  ec: [...SIGNING, 'keyAgreement', 'encipherOnly', 'decipherOnly'],
  // RFC 8410 5, RFC 9881 5
  ed25519: SIGNING,
  'ml-dsa': SIGNING,
};

export const keyUsageFitsKey: CertificateRule = {
  id: 'key-usage-fits-key',
  cite: 'RFC 3279 2.3.1; RFC 5480 3; RFC 8410 5; RFC 9881 5',
  applies: ({ extensions, subjectPublicKeyInfo }) =>
    findExtension(extensions, 'keyUsage') !== undefined && publicKeyKind(subjectPublicKeyInfo) !== undefined,
  check: ({ extensions, subjectPublicKeyInfo }) => {
    const kind = publicKeyKind(subjectPublicKeyInfo);
    const usages = findExtension(extensions, 'keyUsage')?.usages ?? [];
    const unfit = usages.find((usage) => kind && !ALLOWED[familyOf(kind)].includes(usage));
    return unfit && `A key of kind ${kind} is not for ${unfit}.`;
  },
  bad: (good) => {
    const usages = findExtension(good.tbs.extensions, 'keyUsage')?.usages ?? [];
    const kind = publicKeyKind(good.tbs.subjectPublicKeyInfo);
    const unfit = kind && familyOf(kind) === 'rsa' ? 'keyAgreement' : 'keyEncipherment';
    return change(good, {
      extensions: changed(good.tbs.extensions, 'keyUsage', { usages: [...usages, unfit] }),
    });
  },
  also: ['ca-key-usage'],
};
