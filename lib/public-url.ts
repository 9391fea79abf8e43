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

/** Clients take dot segments out of a path (RFC 3986 5.2.4) and read a port as a number. Then they ask for another URL. */
const isAskedForAsWritten = (value: string): boolean => {
  const [, port = '1', path = ''] = /^http:\/\/(?:\[[^\]]*\]|[^:/]*)(?::(\d+))?(.*)$/.exec(value) ?? [];
  const { pathname } = new URL(value);
  return !port.startsWith('0') && path === (pathname === '/' ? '' : pathname);
};

/**
 * The URL goes into AIA and CRLDP. Both are fetched without TLS (RFC 5280 8), because the check of a TLS certificate
 * would itself need such an answer. Its host also goes into the certificate of the TLS door. It must therefore be what a
 * certificate can bear: ASCII, with a host of the preferred name syntax or an IP address.
 */
export const isPublicationUrl = (value: string): boolean =>
  value.length <= 200 &&
  value.startsWith('http://') &&
  isPlainUrl(value) &&
  isAbsoluteUri(value) &&
  isAskedForAsWritten(value);
