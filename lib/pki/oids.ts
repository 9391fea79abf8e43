import type { Oid } from './der.ts';

/** Object identifiers by the names that their standards give them. */
const table = {
  // Attribute types (RFC 5280 appendix A, X.520, RFC 4519)
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  GN: '2.5.4.42',
  serialNumber: '2.5.4.5',
  title: '2.5.4.12',
  organizationIdentifier: '2.5.4.97',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
  // Extended key usages and access methods (RFC 5280 4.2.1.12, 4.2.2.1; RFC 6960)
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  documentSigning: '1.3.6.1.5.5.7.3.36',
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  nameConstraints: '2.5.29.30',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
  anyPolicy: '2.5.29.32.0',
  cps: '1.3.6.1.5.5.7.2.1',
  extensionRequest: '1.2.840.113549.1.9.14',
  // Digests (RFC 3279, 5754)
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  // OCSP (RFC 6960 4.4)
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspCrlReferences: '1.3.6.1.5.5.7.48.1.3',
  ocspAcceptableResponses: '1.3.6.1.5.5.7.48.1.4',
  ocspArchiveCutoff: '1.3.6.1.5.5.7.48.1.6',
  ocspPreferredSignatureAlgorithms: '1.3.6.1.5.5.7.48.1.8',
  ocspExtendedRevoke: '1.3.6.1.5.5.7.48.1.9',
} as const;

export type OidName = keyof typeof table;

export const OID = table as unknown as { readonly [name in OidName]: Oid };
