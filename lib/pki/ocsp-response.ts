import { Fault } from '../fault.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { readAlgorithmIdentifier } from './certificate.ts';
import { constructed, type Der, DerReader, derOid, derSequence, primitive, TAG, tlv } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import { DerWriter } from './der-writer.ts';
import {
  CRL_REASONS,
  type CrlReason,
  crlReasonOf,
  type Extension,
  encodeExtensions,
  readExtensions,
} from './extensions.ts';
import { encodeName, type Name, readName } from './name.ts';
import { findNonce, nonceExtension } from './ocsp-nonce.ts';
import { OID } from './oids.ts';
import { readGeneralizedTime } from './time.ts';

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
  /** Absent and `unspecified` mean the same; it is written absent. */
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
  /** Of a decoded response as they came, the nonce among them; the encoder adds `nonce` only where it is not here. */
  readonly extensions?: readonly Extension[];
}

export interface BasicOcspResponse extends Omit<ResponseData, 'responses'> {
  readonly responses: readonly (Omit<SingleResponse, 'certId'> & { readonly certId: CertId })[];
  /** tbsResponseData: the bytes that are signed. */
  readonly tbs: Der;
  readonly signatureAlgorithm: Der;
  readonly signatureValue: Uint8Array;
  /** Whole elements; each is for `decodeCertificate` to judge. */
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

/** responseExtensions with a nonce and nothing else. */
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

/** A responder answers under one name for its life, so the name is encoded once for each `ResponderId` object. */
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

/** Octets beside the CertID of a SingleResponse that is revoked and has a nextUpdate; and around them all. */
const SINGLE_ROOM = 72;
const DATA_ROOM = 256;

/** tbsResponseData, the bytes to sign. The version, v1, is the default and so absent. Fault: `invalid-input` for a time that cannot be written. */
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

/* Reading ------------------------------------------------------------------------------------------------ */

/** 1 MiB: the largest request answered in full, with room for certificates. */
export const MAX_OCSP_RESPONSE_BYTES = 1_048_576;

const CODE = 'malformed-ocsp-response';
const refused = (why: string): Fault => new Fault(CODE, `Malformed OCSP response: ${why}.`);

const readExplicit = <T>(reader: DerReader, tag: number, read: (inner: DerReader) => T): T | undefined => {
  const inner = reader.optionalInto(tag);
  if (inner === undefined) return undefined;
  const value = read(inner);
  inner.finish();
  return value;
};

const readOcspExtensions = (reader: DerReader): readonly Extension[] | undefined =>
  readExplicit(reader, constructed(1), (inner) => readExtensions(inner, CODE));

const readReason = (reader: DerReader): CrlReason => {
  const reason = crlReasonOf(reader.small(TAG.enumerated));
  if (reason === undefined)
    throw refused('a revocation reason has a number that RFC 5280 5.3.1 does not have');
  return reason;
};

const readStatus = (reader: DerReader): CertStatus => {
  const tag = reader.peek();
  if (tag === constructed(1)) {
    const info = reader.into(tag);
    const revocationTime = readGeneralizedTime(info);
    const revocationReason = readExplicit(info, constructed(0), readReason);
    info.finish();
    return { status: 'revoked', revocationTime, ...(revocationReason && { revocationReason }) };
  }
  if (tag !== primitive(0) && tag !== primitive(2))
    throw refused('a certStatus is none of good, revoked, unknown');
  if (reader.content(tag).length > 0) throw refused('a certStatus of good or unknown has content');
  return { status: tag === primitive(0) ? 'good' : 'unknown' };
};

const readSingle = (reader: DerReader): BasicOcspResponse['responses'][number] => {
  const single = reader.sequence();
  const { der } = single.element();
  const certId = readCertId(new DerCursor(der), der.length, CODE);
  const certStatus = readStatus(single);
  const thisUpdate = readGeneralizedTime(single);
  const nextUpdate = readExplicit(single, constructed(0), readGeneralizedTime);
  const extensions = readOcspExtensions(single);
  single.finish();
  return {
    certId,
    certStatus,
    thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    ...(extensions && { extensions }),
  };
};

const readResponderId = (reader: DerReader): ResponderId => {
  const byName = readExplicit(reader, constructed(1), readName);
  if (byName !== undefined) return { byName };
  const byKey = readExplicit(reader, constructed(2), (inner) => inner.octetString());
  if (byKey?.length !== 20)
    throw refused('the responder is named neither by a name nor by a SHA-1 of its key');
  return { byKey };
};

const readResponseData = (
  reader: DerReader,
): Omit<BasicOcspResponse, 'tbs' | 'signatureAlgorithm' | 'signatureValue' | 'certs'> => {
  const data = reader.sequence();
  if (data.peek() === constructed(0)) throw refused('it is not of version 1, or writes out that default');
  const responderId = readResponderId(data);
  const producedAt = readGeneralizedTime(data);
  const responses: BasicOcspResponse['responses'][number][] = [];
  for (const list = data.sequence(); !list.done; ) responses.push(readSingle(list));
  if (responses.length === 0) throw refused('it answers for no certificate');
  const extensions = readOcspExtensions(data);
  data.finish();
  const nonce = extensions && findNonce(extensions, CODE);
  return { responderId, producedAt, responses, ...(nonce && { nonce }), ...(extensions && { extensions }) };
};

const readBasic = (reader: DerReader): BasicOcspResponse => {
  const basic = reader.sequence();
  const { der: tbs } = basic.element();
  const data = readResponseData(new DerReader(tbs));
  const signatureAlgorithm = readAlgorithmIdentifier(basic);
  const signatureValue = basic.bitStringOctets();
  const certs: Der[] = [];
  readExplicit(basic, constructed(0), (inner) => {
    for (const list = inner.sequence(); !list.done; ) certs.push(list.der());
  });
  basic.finish();
  return { ...data, tbs, signatureAlgorithm, signatureValue, certs };
};

const readResponseBytes = (reader: DerReader): BasicOcspResponse => {
  const response = reader.sequence();
  if (response.oid() !== OID.ocspBasic) throw refused('it is not a basic response, the only type there is');
  const basic = DerReader.whole(response.octetString(), MAX_OCSP_RESPONSE_BYTES);
  response.finish();
  return readBasic(basic);
};

const STATUS_NAMES = new Map(
  (Object.keys(OCSP_RESPONSE_STATUS) as OcspResponseStatus[]).map((name) => [
    OCSP_RESPONSE_STATUS[name] as number,
    name,
  ]),
);

/**
 * OCSPResponse (RFC 6960 4.2.1) in strict DER, for clients. The signature is not verified here, and neither is
 * whether the answers fit the question. An explicit reason `unspecified` is taken, though it is never written.
 * Values are views of `bytes`, which must not change afterwards.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-ocsp-response`, `malformed-serial`,
 * `malformed-name`.
 */
export const decodeOcspResponse = (
  bytes: Uint8Array,
):
  | { readonly status: Exclude<OcspResponseStatus, 'successful'> }
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse } => {
  const response = DerReader.whole(bytes, MAX_OCSP_RESPONSE_BYTES).sequence();
  const status = STATUS_NAMES.get(response.small(TAG.enumerated));
  if (status === undefined) throw refused('its status has a number that RFC 6960 4.2.1 does not have');
  const basic = readExplicit(response, constructed(0), readResponseBytes);
  response.finish();
  if (status === 'successful') {
    if (basic === undefined) throw refused('it is successful and answers nothing');
    return { status, basic };
  }
  // RFC 6960 4.2.1: an error has no responseBytes.
  if (basic !== undefined) throw refused('it is an error and yet answers');
  return { status };
};
