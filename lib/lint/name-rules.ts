import { type Attribute, findExtension, type Name, OID, TAG, type TbsCertificate } from '../pki/pki.ts';
import { change } from './examples.ts';
import type { CertificateRule } from './rule.ts';

/** All names in a certificate: issuer, subject, and the directory names among its alternative names. */
const namesIn = ({ issuer, subject, extensions }: TbsCertificate): readonly Name[] => [
  issuer,
  subject,
  ...(findExtension(extensions, 'subjectAltName')?.names ?? []).flatMap((name) =>
    name.kind === 'directoryName' ? [name.value] : [],
  ),
];

export const attributesIn = (certificate: TbsCertificate): readonly Attribute[] =>
  namesIn(certificate).flat(2);

/** The subject with one more attribute. */
export const withAttribute = (
  good: Parameters<CertificateRule['bad']>[0],
  attribute: Partial<Attribute>,
): ReturnType<CertificateRule['bad']> =>
  change(good, {
    subject: [...good.tbs.subject, [{ type: OID.OU, tag: TAG.utf8String, value: 'unit', ...attribute }]],
  });

/**
 * Whether two names have the same bytes: string types, values and order. RFC 5280 7.1's comparison rules do not apply,
 * because many verifiers compare bytes. A decoded name has only one encoding, so the bytes need not be made.
 */
export const sameBytes = (a: Name, b: Name): boolean =>
  a.length === b.length &&
  a.every((rdn, i) => {
    const other = b[i] ?? [];
    return (
      rdn.length === other.length &&
      rdn.every(({ type, tag, value }, j) => {
        const attribute = other[j];
        return attribute?.type === type && attribute.tag === tag && attribute.value === value;
      })
    );
  });
