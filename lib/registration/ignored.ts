import {
  type CertificationRequest,
  encodeExtensions,
  formatName,
  type GeneralName,
  OID,
} from '../pki/pki.ts';
import type { IgnoredPart } from './contract.ts';

/** More than people would read, and a bound for the request's row. */
const MAX_PARTS = 20;
const MAX_CHARACTERS = 200;

const cut = (text: string): string => {
  const characters = [...text];
  return characters.length <= MAX_CHARACTERS ? text : `${characters.slice(0, MAX_CHARACTERS).join('')}…`;
};

const derOf = (name: GeneralName): string =>
  Buffer.from(encodeExtensions([{ id: 'subjectAltName', names: [name], critical: false }])).toString('hex');

/** RFC 5952 for version 6. */
const addressText = (octets: Uint8Array): string => {
  if (octets.length === 4) return octets.join('.');
  const groups = Buffer.from(octets).toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};

const nameText = (name: GeneralName): string => {
  switch (name.kind) {
    case 'directoryName':
      return `directoryName ${formatName(name.value)}`;
    case 'iPAddress':
      return `iPAddress ${addressText(name.value)}`;
    case 'otherName':
      return `otherName ${name.type}`;
    case 'other':
      return 'another kind of name';
    default:
      return `${name.kind} ${name.value}`;
  }
};

/**
 * The parts of the PKCS#10 request that the certificate will not have, for those who submit and examine: its subject, each
 * subjectAltName, other extensions, attributes. What the certificate has anyway is left out. Of an attribute there is only the
 * type, because a challengePassword is a secret. At most 20 parts, of at most 200 characters each.
 */
export const ignoredParts = (
  { subject, extensions, attributes }: CertificationRequest,
  certified: { readonly subject: string; readonly subjectAltNames: readonly GeneralName[] },
): readonly IgnoredPart[] => {
  const certifiedNames = new Set(certified.subjectAltNames.map(derOf));
  const parts: IgnoredPart[] = [];
  const asked = formatName(subject);
  if (subject.length > 0 && asked !== certified.subject) parts.push({ part: 'subject', value: cut(asked) });
  for (const extension of extensions) {
    if (extension.id !== 'subjectAltName') {
      parts.push({ part: 'extension', name: extension.id === 'other' ? extension.oid : extension.id });
      continue;
    }
    for (const name of extension.names) {
      if (certifiedNames.has(derOf(name))) continue;
      parts.push({ part: 'extension', name: extension.id, value: cut(nameText(name)) });
    }
  }
  for (const { type } of attributes) {
    if (type !== OID.extensionRequest) parts.push({ part: 'attribute', name: type });
  }
  return parts.slice(0, MAX_PARTS);
};
