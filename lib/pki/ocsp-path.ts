/**
 * The DER of a request that came in base64 in the path of a URL (RFC 6960 A.1). Clients differ in their encoding, so
 * the URL-safe alphabet and missing padding are taken too. Slashes before the base64 are taken as well, from clients
 * whose responder URL ended in one: no request begins with a slash, because a SEQUENCE in base64 begins with M. Text
 * that is not base64 gives no bytes, which OCSP answers as a malformed request. `text` must not be percent-encoded any
 * more.
 */
export const ocspRequestOfPath = (text: string): Uint8Array => {
  const canonical = text
    .replace(/^\/+/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={0,2}$/, '');
  return /^[A-Za-z0-9+/]*$/.test(canonical) && canonical.length % 4 !== 1
    ? Buffer.from(canonical, 'base64')
    : new Uint8Array();
};
