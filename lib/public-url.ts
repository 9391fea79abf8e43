import { isAbsoluteUri } from './internet-names.ts';

/** An address as a setting names it: without query, user and slash at the end. */
export const isPlainUrl = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return (
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    !/[?#]/.test(value) &&
    !value.endsWith('/') &&
    url.username === '' &&
    url.password === ''
  );
};

/**
 * The URL goes into AIA and CRLDP. Both are fetched without TLS (RFC 5280 8), because the check of a TLS certificate
 * would itself need such an answer. Its host also goes into the certificate of the TLS door. It must therefore be what a
 * certificate can bear: ASCII, with a host of the preferred name syntax or an IP address.
 */
export const isPublicationUrl = (value: string): boolean =>
  value.length <= 200 && value.startsWith('http://') && isPlainUrl(value) && isAbsoluteUri(value);
