/** RFC 7468. Labels: CERTIFICATE, CERTIFICATE REQUEST, X509 CRL, PUBLIC KEY, … */
export declare const encodePem: (label: string, der: Uint8Array) => string;
/** Exactly one block of that label, strict base64 (no other text before or after but white space). Fault: `malformed-pem`. */
export declare const decodePem: (
  label: string | readonly string[],
  text: string,
  maxBytes: number,
) => Uint8Array;
/** All blocks of that label, in order, explanatory text between them skipped; at least one. Fault: `malformed-pem`. */
export declare const decodePemBundle: (
  label: string,
  text: string,
  maxBytes: number,
) => readonly Uint8Array[];
