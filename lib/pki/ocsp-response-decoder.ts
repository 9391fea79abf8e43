import { Fault, type Phrase, phrase } from '../fault.ts';
import { readCertId } from './cert-id.ts';
import { readAlgorithmIdentifier } from './certificate.ts';
import { constructed, type Der, primitive, TAG } from './der.ts';
import { DerCursor } from './der-cursor.ts';
import { DerReader } from './der-reader.ts';
import { type CrlReason, crlReasonOf, type Extension } from './extension-bodies.ts';
import { readExtensions } from './extensions.ts';
import { readName } from './name.ts';
import { findNonce } from './ocsp-nonce.ts';
import {
  type BasicOcspResponse,
  type CertStatus,
  OCSP_RESPONSE_STATUS,
  type OcspResponseStatus,
  type ResponderId,
} from './ocsp-response.ts';
import { OID } from './oids.ts';
import { readGeneralizedTime } from './time.ts';

/** 1 MiB: enough for the answer to the largest request, certificates included. */
export const MAX_OCSP_RESPONSE_BYTES = 1_048_576;

const CODE = 'malformed-ocsp-response';
const refused = (why: Phrase): Fault => new Fault(CODE, phrase`Malformed OCSP response: ${why}.`);

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
    throw refused(phrase`a revocation reason has a number that RFC 5280 5.3.1 does not have`);
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
    throw refused(phrase`a certStatus is none of good, revoked, unknown`);
  if (reader.content(tag).length > 0) throw refused(phrase`a certStatus of good or unknown has content`);
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
    throw refused(phrase`the responder is named neither by a name nor by a SHA-1 of its key`);
  return { byKey };
};

const readResponseData = (
  reader: DerReader,
): Omit<BasicOcspResponse, 'tbs' | 'signatureAlgorithm' | 'signatureValue' | 'certs'> => {
  const data = reader.sequence();
  if (data.peek() === constructed(0))
    throw refused(phrase`it is not of version 1, or writes out that default`);
  const responderId = readResponderId(data);
  const producedAt = readGeneralizedTime(data);
  const responses: BasicOcspResponse['responses'][number][] = [];
  for (const list = data.sequence(); !list.done; ) responses.push(readSingle(list));
  if (responses.length === 0) throw refused(phrase`it answers for no certificate`);
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
  if (response.oid() !== OID.ocspBasic)
    throw refused(phrase`it is not a basic response, the only type there is`);
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
 * OCSPResponse (RFC 6960 4.2.1) in strict DER, for clients. The decoder does not verify the signature, and does not
 * check that the answers fit the request. It takes an explicit reason `unspecified`, which the encoder never writes.
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
  if (status === undefined) throw refused(phrase`its status has a number that RFC 6960 4.2.1 does not have`);
  const basic = readExplicit(response, constructed(0), readResponseBytes);
  response.finish();
  if (status === 'successful') {
    if (basic === undefined) throw refused(phrase`it is successful and answers nothing`);
    return { status, basic };
  }
  // RFC 6960 4.2.1: an error has no responseBytes.
  if (basic !== undefined) throw refused(phrase`it is an error and yet answers`);
  return { status };
};
