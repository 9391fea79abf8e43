import { findExtension, OID, type Oid } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0' as Oid;

export const extKeyUsageAloneWhenAny: CertificateRule = {
  id: 'ext-key-usage-alone-when-any',
  cite: 'RFC 5280 4.2.1.12: beside others, anyExtendedKeyUsage undoes what they restrict',
  applies: ({ extensions }) => findExtension(extensions, 'extKeyUsage') !== undefined,
  check: ({ extensions }) => {
    const purposes = findExtension(extensions, 'extKeyUsage')?.purposes ?? [];
    return purposes.length > 1 && purposes.includes(ANY_EXTENDED_KEY_USAGE)
      ? 'anyExtendedKeyUsage stands beside other purposes.'
      : undefined;
  },
  bad: (good) =>
    change(good, {
      extensions: changed(good.tbs.extensions, 'extKeyUsage', {
        purposes: [OID.documentSigning, ANY_EXTENDED_KEY_USAGE],
      }),
    }),
  also: ['ocsp-responder-purpose'],
};
