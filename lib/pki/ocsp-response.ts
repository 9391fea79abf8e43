import type { CertId } from './cert-id.ts';
import { constructed, type Der, primitive, TAG } from './der.ts';
import { derOid, derSequence, tlv } from './der-encoder.ts';
import { DerWriter } from './der-writer.ts';
import { CRL_REASONS, type CrlReason, type Extension } from './extension-bodies.ts';
import { encodeExtensions } from './extensions.ts';
import { encodeName, type Name } from './name.ts';
import { nonceExtension } from './ocsp-nonce.ts';
import { OID } from './oids.ts';

/** OCSPResponseStatus numbers (RFC 6960 4.2.1). */
export const OCSP_RESPONSE_STATUS = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;
export type OcspResponseStatus = keyof typeof OCSP_RESPONSE_STATUS;

export type CertStatus =
  | { readonly status: 'good' }
  /** Absent and `unspecified` mean the same; the encoder leaves the reason out. */
  | { readonly status: 'revoked'; readonly revocationTime: Date; readonly revocationReason?: CrlReason }
  | { readonly status: 'unknown' };

/** Times are whole seconds, UTC. */
export interface SingleResponse {
  /** Echoed from the request, byte for byte. */
  readonly certId: Der;
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly extensions?: readonly Extension[];
}

/** `byKey` is the SHA-1 of the responder's public key octets: 20 octets. */
export type ResponderId = { readonly byName: Name } | { readonly byKey: Uint8Array };

export interface ResponseData {
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  /** Raw nonce octets to echo (RFC 9654). */
  readonly nonce?: Uint8Array;
  /**
   * In a decoded response: all extensions as they came, the nonce among them. The encoder adds `nonce` only if it is
   * not here.
   */
  readonly extensions?: readonly Extension[];
}

export interface BasicOcspResponse extends Omit<ResponseData, 'responses'> {
  readonly responses: readonly (Omit<SingleResponse, 'certId'> & { readonly certId: CertId })[];
  /** tbsResponseData: the bytes that are signed. */
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
  /** Whole elements. `decodeCertificate` judges them. */
  readonly certs: readonly Der[];
}

/* Writing: backwards, see DerWriter ---------------------------------------------------------------------- */

const GOOD = Uint8Array.of(primitive(0), 0);
const UNKNOWN = Uint8Array.of(primitive(2), 0);

/** revocationReason [0] EXPLICIT CRLReason, by reason. */
const REASON = Object.fromEntries(
  Object.entries(CRL_REASONS).map(([name, number]) => [
    name,
    tlv(constructed(0), Uint8Array.of(TAG.enumerated, 1, number)),
  ]),
) as Readonly<Record<CrlReason, Der>>;

const writeStatus = (writer: DerWriter, status: CertStatus): void => {
  if (status.status === 'good') writer.raw(GOOD);
  else if (status.status === 'unknown') writer.raw(UNKNOWN);
  else {
    const { mark } = writer;
    const { revocationReason } = status;
    if (revocationReason && revocationReason !== 'unspecified') writer.raw(REASON[revocationReason]);
    writer.generalizedTime(status.revocationTime);
    writer.wrap(constructed(1), mark);
  }
};

const writeExtensions = (writer: DerWriter, extensions: readonly Extension[]): void => {
  const { mark } = writer;
  writer.raw(encodeExtensions(extensions));
  writer.wrap(constructed(1), mark);
};

const writeSingle = (writer: DerWriter, single: SingleResponse): void => {
  const { mark } = writer;
  if (single.extensions && single.extensions.length > 0) writeExtensions(writer, single.extensions);
  if (single.nextUpdate) {
    const inner = writer.mark;
    writer.generalizedTime(single.nextUpdate);
    writer.wrap(constructed(0), inner);
  }
  writer.generalizedTime(single.thisUpdate);
  writeStatus(writer, single.certStatus);
  writer.raw(single.certId);
  writer.wrap(TAG.sequence, mark);
};

const NONCE_OID = derOid(OID.ocspNonce);

/** responseExtensions that hold a nonce and nothing else. */
const writeNonce = (writer: DerWriter, nonce: Uint8Array): void => {
  const { mark } = writer;
  writer.raw(nonce);
  writer.wrap(TAG.octetString, mark);
  writer.wrap(TAG.octetString, mark);
  writer.raw(NONCE_OID);
  writer.wrap(TAG.sequence, mark);
  writer.wrap(TAG.sequence, mark);
  writer.wrap(constructed(1), mark);
};

const writeResponseExtensions = (writer: DerWriter, data: ResponseData): void => {
  const { nonce, extensions = [] } = data;
  if (extensions.length === 0) {
    if (nonce) writeNonce(writer, nonce);
    return;
  }
  const has = extensions.some(
    ({ id, ...body }) => id === 'other' && 'oid' in body && body.oid === OID.ocspNonce,
  );
  writeExtensions(writer, nonce && !has ? [nonceExtension(nonce), ...extensions] : extensions);
};

/** A responder keeps one name for its life, so each `ResponderId` object is encoded once. */
const responderNames = new WeakMap<ResponderId, Der>();

const writeResponderId = (writer: DerWriter, id: ResponderId): void => {
  const { mark } = writer;
  if ('byKey' in id) {
    writer.raw(id.byKey);
    writer.wrap(TAG.octetString, mark);
    writer.wrap(constructed(2), mark);
    return;
  }
  let name = responderNames.get(id);
  if (name === undefined) {
    name = encodeName(id.byName);
    responderNames.set(id, name);
  }
  writer.raw(name);
  writer.wrap(constructed(1), mark);
};

/**
 * Octets of a SingleResponse besides its CertID, when it is revoked and has a nextUpdate; and octets around them all.
 */
const SINGLE_ROOM = 72;
const DATA_ROOM = 256;

/**
 * tbsResponseData, the bytes to sign. The version, v1, is the default and so left out. Fault: `invalid-input` for a
 * time that cannot be written.
 */
export const encodeResponseData = (data: ResponseData): Der => {
  const { responses } = data;
  let room = DATA_ROOM;
  for (const { certId } of responses) room += SINGLE_ROOM + certId.length;
  const writer = new DerWriter(room);
  writeResponseExtensions(writer, data);
  const { mark } = writer;
  for (let i = responses.length - 1; i >= 0; i--) writeSingle(writer, responses[i] as SingleResponse);
  writer.wrap(TAG.sequence, mark);
  writer.generalizedTime(data.producedAt);
  writeResponderId(writer, data.responderId);
  writer.wrap(TAG.sequence, 0);
  return writer.finish();
};

const BASIC_OID = derOid(OID.ocspBasic);
const SUCCESSFUL = Uint8Array.of(TAG.enumerated, 1, OCSP_RESPONSE_STATUS.successful);
const NO_UNUSED_BITS = Uint8Array.of(0);

/** A whole `successful` OCSPResponse around a signed BasicOCSPResponse. */
export const encodeOcspResponse = (basic: {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signatureValue: Uint8Array;
  readonly certs: readonly Uint8Array[];
}): Der => {
  const { tbs, signatureAlgorithm, signatureValue, certs } = basic;
  let room = 64 + tbs.length + signatureAlgorithm.length + signatureValue.length;
  for (const cert of certs) room += cert.length;
  const writer = new DerWriter(room);
  if (certs.length > 0) {
    for (let i = certs.length - 1; i >= 0; i--) writer.raw(certs[i] as Uint8Array);
    writer.wrap(TAG.sequence, 0);
    writer.wrap(constructed(0), 0);
  }
  const { mark } = writer;
  writer.raw(signatureValue);
  writer.raw(NO_UNUSED_BITS);
  writer.wrap(TAG.bitString, mark);
  writer.raw(signatureAlgorithm);
  writer.raw(tbs);
  writer.wrap(TAG.sequence, 0);
  writer.wrap(TAG.octetString, 0);
  writer.raw(BASIC_OID);
  writer.wrap(TAG.sequence, 0);
  writer.wrap(constructed(0), 0);
  writer.raw(SUCCESSFUL);
  writer.wrap(TAG.sequence, 0);
  return writer.finish();
};

/** An OCSPResponse that carries only an error status. */
export const encodeOcspError = (status: Exclude<OcspResponseStatus, 'successful'>): Der =>
  derSequence(Uint8Array.of(TAG.enumerated, 1, OCSP_RESPONSE_STATUS[status]));
