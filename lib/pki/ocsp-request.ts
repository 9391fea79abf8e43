import { Fault, type Phrase, phrase } from '../fault.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { readAlgorithmIdentifier } from './certificate.ts';
import { asDer, constructed, type Der, TAG } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import { derSequence, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { encodeExtensions, readExtensions } from './extensions.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import { findNonce, nonceExtension } from './ocsp-nonce.ts';

export { type CertId, encodeCertId } from './cert-id.ts';

export interface OcspRequest {
  readonly der: Der;
  /** tbsRequest: the bytes that an optional signature signs. */
  readonly tbs: Der;
  readonly requestorName?: GeneralName;
  readonly requestList: readonly { readonly certId: CertId; readonly extensions: readonly Extension[] }[];
  /** The nonce's octets (RFC 9654): undefined when there is no nonce extension; the length is not judged here. */
  readonly nonce?: Uint8Array;
  /** Request extensions as they came, the nonce among them. */
  readonly extensions: readonly Extension[];
  readonly signature?: {
    readonly signatureAlgorithm: Der;
    readonly signatureValue: Uint8Array;
    /** Whole elements. `decodeCertificate` judges them. */
    readonly certs: readonly Der[];
  };
}

/** 64 KiB. */
export const MAX_OCSP_REQUEST_BYTES = 65_536;

const refused = (why: Phrase): Fault =>
  new Fault('malformed-ocsp-request', phrase`Malformed OCSP request: ${why}.`);

/**
 * Version ::= INTEGER { v1(0) } DEFAULT v1: v1 is the only version. DER leaves a default out (X.690 11.5). That v1 is
 * written out is taken nevertheless: Botan writes it.
 */
const skipVersion = (cursor: DerCursor, limit: number): void => {
  const version = readExplicit(cursor, constructed(0), limit, (reader) => reader.bigint());
  if (version !== 0n) throw new Fault('unsupported-version', 'Only OCSP requests of version 1 are taken.');
};

const readExplicit = <T>(
  cursor: DerCursor,
  tag: number,
  limit: number,
  read: (reader: DerReader) => T,
): T => {
  const end = cursor.enter(tag, limit);
  const value = cursor.with(end, read);
  cursor.leave(end);
  return value;
};

const NO_EXTENSIONS: readonly Extension[] = [];

const readSome = (reader: DerReader): readonly Extension[] =>
  readExtensions(reader, 'malformed-ocsp-request');

/**
 * Extensions has at least one member (RFC 5280 4.1). A requestExtensions without any is taken nevertheless: the CertPath
 * API of Bouncy Castle 1.72 writes it where it sends no nonce.
 */
const readSomeOrNone = (reader: DerReader): readonly Extension[] => {
  if (reader.bytes[reader.offset + 1] !== 0) return readSome(reader);
  reader.sequence();
  return NO_EXTENSIONS;
};

const readOptional = (
  cursor: DerCursor,
  tag: number,
  limit: number,
  read: typeof readSome,
): readonly Extension[] => (cursor.is(tag, limit) ? readExplicit(cursor, tag, limit, read) : NO_EXTENSIONS);

const readRequestList = (cursor: DerCursor, limit: number): OcspRequest['requestList'] => {
  const requests: { certId: CertId; extensions: readonly Extension[] }[] = [];
  for (const listEnd = cursor.enter(TAG.sequence, limit); cursor.at < listEnd; ) {
    const end = cursor.enter(TAG.sequence, listEnd);
    const certId = readCertId(cursor, end, 'malformed-ocsp-request');
    const extensions = readOptional(cursor, constructed(0), end, readSome);
    cursor.leave(end);
    requests.push({ certId, extensions });
  }
  // ASN.1 allows an empty list, but a request that asks about nothing has no answer.
  if (requests.length === 0) throw refused(phrase`it asks for no certificate`);
  return requests;
};

/** Signature (RFC 6960 4.1.1), inside its EXPLICIT tag. */
const readSignature = (reader: DerReader): NonNullable<OcspRequest['signature']> => {
  const fields = reader.sequence();
  const signatureAlgorithm = readAlgorithmIdentifier(fields);
  const signatureValue = fields.bitStringOctets();
  const certs: Der[] = [];
  const wrapper = fields.optionalInto(constructed(0));
  if (wrapper !== undefined) {
    for (const list = wrapper.sequence(); !list.done; ) certs.push(list.der());
    wrapper.finish();
  }
  fields.finish();
  return { signatureAlgorithm, signatureValue, certs };
};

/**
 * OCSPRequest (RFC 6960 4.1.1) in strict DER, but for two slips of clients that are in use: a version that is written
 * out, and a requestExtensions without an extension. Only its size bounds how many certificates it asks for. The responder
 * judges critical extensions that are not understood (they stay in `extensions`), and verifies the signature. Values
 * are views of `bytes`, which must not change afterwards.
 * Faults: `malformed-der`, `trailing-data`, `input-too-large`, `malformed-ocsp-request`, `malformed-name`,
 * `unsupported-version`.
 */
export const decodeOcspRequest = (bytes: Uint8Array): OcspRequest => {
  DerReader.whole(bytes, MAX_OCSP_REQUEST_BYTES);
  const cursor = new DerCursor(bytes);
  const end = cursor.enter(TAG.sequence, bytes.length);
  const tbsStart = cursor.at;
  const tbsEnd = cursor.enter(TAG.sequence, end);
  if (cursor.is(constructed(0), tbsEnd)) skipVersion(cursor, tbsEnd);
  const requestorName = cursor.is(constructed(1), tbsEnd)
    ? readExplicit(cursor, constructed(1), tbsEnd, readGeneralName)
    : undefined;
  const requestList = readRequestList(cursor, tbsEnd);
  const extensions = readOptional(cursor, constructed(2), tbsEnd, readSomeOrNone);
  cursor.leave(tbsEnd);
  const signature = cursor.is(constructed(0), end)
    ? readExplicit(cursor, constructed(0), end, readSignature)
    : undefined;
  cursor.leave(end);
  const nonce = findNonce(extensions, 'malformed-ocsp-request');
  return {
    der: asDer(bytes),
    tbs: asDer(bytes.subarray(tbsStart, tbsEnd)),
    ...(requestorName && { requestorName }),
    requestList,
    ...(nonce && { nonce }),
    extensions,
    ...(signature && { signature }),
  };
};

/** For clients: an unsigned request. `certIds` come from `encodeCertId`; RFC 9654 2.1 asks for a nonce of 32 octets or more, at most 128. */
export const encodeOcspRequest = (request: {
  readonly certIds: readonly Der[];
  readonly nonce?: Uint8Array;
}): Der =>
  derSequence(
    derSequence(
      derSequence(...request.certIds.map((certId) => derSequence(certId))),
      ...(request.nonce ? [tlv(constructed(2), encodeExtensions([nonceExtension(request.nonce)]))] : []),
    ),
  );
