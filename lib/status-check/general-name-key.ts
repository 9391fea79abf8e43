import { encodeExtensions, type GeneralName, nameKey } from '../pki/pki.ts';

/** Text that is equal for two names that match: directory names by RFC 5280 7.1, addresses by their scheme and host (7.4). */
export const generalNameKey = (name: GeneralName): string => {
  if (name.kind === 'directoryName') return `directory:${nameKey(name.value)}`;
  if (name.kind === 'uniformResourceIdentifier') {
    return `uri:${URL.canParse(name.value) ? new URL(name.value).href : name.value}`;
  }
  // The DER of an extension that holds this name only.
  return Buffer.from(encodeExtensions([{ id: 'subjectAltName', names: [name], critical: false }])).toString(
    'base64',
  );
};

/** Whether two lists of names have one in common. */
export const haveCommonName = (a: readonly GeneralName[], b: readonly GeneralName[]): boolean => {
  const keys = new Set(a.map(generalNameKey));
  return b.some((name) => keys.has(generalNameKey(name)));
};
