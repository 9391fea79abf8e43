/**
 * The room's door: bytes <-> values of RFC 5280 (certificates, CRLs), RFC 2986 (certification requests), RFC 6960
 * (OCSP), RFC 7468 (PEM) and RFC 5652 (certs-only messages). Bytes from outside go through a decoder, which takes
 * strict DER within a limit and returns a value or throws a `Fault`. The encoder writes a decoded value back byte for
 * byte.
 */

export { type CertId, encodeCertId } from './cert-id.ts';
export {
  type Certificate,
  decodeCertificate,
  decodeTbsCertificate,
  encodeSigned,
  encodeTbsCertificate,
  keyIdentifier,
  MAX_CERTIFICATE_BYTES,
  subjectPublicKeyOctets,
  type TbsCertificate,
} from './certificate.ts';
export { certsOnly, decodeCertsOnly } from './certs-only.ts';
export {
  type CertificateList,
  decodeCertificateList,
  encodeCertificateList,
  encodeTbsCertList,
  type RevokedCertificate,
  type TbsCertList,
  type TbsCertListDraft,
} from './crl.ts';
export { type Compared, compareEntries, serialsOfEntries } from './crl-compare.ts';
export { CertListEntries, type CertListEntryFields } from './crl-entries.ts';
export { type CrlOutline, readCrlOutline } from './crl-outline.ts';
export { spliceEntries } from './crl-splice.ts';
export {
  type CertificationRequest,
  decodeCertificationRequest,
  encodeCertificationRequestInfo,
  MAX_CSR_BYTES,
} from './csr.ts';
export { asDer, constructed, type Der, type Oid, primitive, TAG } from './der.ts';
export { DerCursor } from './der-cursor.ts';
export {
  derBitString,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derText,
  tlv,
} from './der-encoder.ts';
export { DerReader } from './der-reader.ts';
export {
  CRL_REASONS,
  type CrlReason,
  crlReasonOf,
  type DistributionPoint,
  ENTRY_REASONS,
  type EntryReason,
  type Extension,
  type ExtensionBody,
  type ExtensionId,
  KEY_USAGES,
  type KeyUsage,
  type PolicyInformation,
  REVOCATION_REASONS,
  type RevocationReason,
} from './extension-bodies.ts';
export { encodeExtensions, findExtension, readExtensions } from './extensions.ts';
export type { GeneralName } from './general-name.ts';
export { type Attribute, buildName, encodeName, formatName, type Name, readName } from './name.ts';
export { isNameWithin, nameBelow, nameKey, sameName } from './name-match.ts';
export {
  type AlgorithmId,
  algorithmId,
  archiveCutoffExtension,
  crlReferencesExtension,
  EXTENDED_REVOKE,
  findAcceptableResponses,
  findPreferredAlgorithms,
  type PreferredSignatureAlgorithm,
  publicKeyAlgorithm,
} from './ocsp-extensions.ts';
export { nonceExtension } from './ocsp-nonce.ts';
export { ocspRequestOfPath } from './ocsp-path.ts';
export {
  decodeOcspRequest,
  encodeOcspRequest,
  MAX_OCSP_REQUEST_BYTES,
  type OcspRequest,
} from './ocsp-request.ts';
export {
  type BasicOcspResponse,
  type CertStatus,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  OCSP_RESPONSE_STATUS,
  type OcspResponseStatus,
  type ResponderId,
  type ResponseData,
  type SingleResponse,
} from './ocsp-response.ts';
export { decodeOcspResponse, MAX_OCSP_RESPONSE_BYTES } from './ocsp-response-decoder.ts';
export { isOid, parseOid } from './oid.ts';
export { OID, type OidName } from './oids.ts';
export {
  type NameConstraints,
  type PolicyConstraints,
  type PolicyMapping,
  readInhibitAnyPolicy,
  readNameConstraints,
  readPolicyConstraints,
  readPolicyMappings,
  type Subtree,
} from './path-constraints.ts';
export { decodePem, decodePemBundle, encodePem, isPem } from './pem.ts';
export { encodeSerial, parseSerial, readSerial, type SerialHex, serialFromOctets } from './serial.ts';
export { rfc3339, unixSeconds } from './time.ts';
