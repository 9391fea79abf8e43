/**
 * The DER of a request that came in the path of an address, in base64 (RFC 6960 A.1). Clients differ in what they leave
 * out and what they encode, so the URL-safe alphabet and missing padding are taken too, and so are slashes before it, of
 * clients whose responder URL ended in one: a SEQUENCE in base64 begins with M. What is not base64 gives no bytes, which
 * OCSP answers as a malformed request. `text` is no longer percent-encoded.
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
