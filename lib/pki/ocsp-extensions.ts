import { Fault, type Phrase, phrase } from '../fault.ts';
import { constructed, type Der, type Oid, TAG } from './der.ts';
import { derInteger, derNull, derSequence, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import type { Extension } from './extension-bodies.ts';
import { OID } from './oids.ts';
import { encodeGeneralizedTime } from './time.ts';

/*
 * The extensions of RFC 6960 4.4 other than the nonce. Each is either only read from requests or only written into
 * responses.
 */

const other = (oid: Oid, value: Uint8Array): Extension => ({ id: 'other', oid, value, critical: false });

/** An algorithm of PreferredSignatureAlgorithms. Identifiers are whole elements; NULL parameters stay as they came. */
export interface PreferredSignatureAlgorithm {
  readonly sigIdentifier: AlgorithmId;
  /** The algorithm of the responder's public key, if the client names one. */
  readonly pubKeyAlgIdentifier?: AlgorithmId;
}

/** `parameters` is the whole element. It is absent for NULL too, which means the same for every algorithm used here. */
export interface AlgorithmId {
  readonly algorithm: Oid;
  readonly parameters?: Der;
}

const NULL = derNull();

const readAlgorithm = (reader: DerReader): AlgorithmId => {
  const fields = reader.sequence();
  const algorithm = fields.oid();
  const parameters = fields.done ? undefined : fields.der();
  fields.finish();
  return parameters === undefined || Buffer.compare(parameters, NULL) === 0
    ? { algorithm }
    : { algorithm, parameters };
};

/** Reads a whole AlgorithmIdentifier. Fault: `malformed-der`. */
export const algorithmId = (der: Uint8Array): AlgorithmId => readAlgorithm(new DerReader(der));

/** The algorithm of a DER SubjectPublicKeyInfo. Fault: `malformed-der`. */
export const publicKeyAlgorithm = (subjectPublicKeyInfo: Uint8Array): AlgorithmId =>
  readAlgorithm(new DerReader(subjectPublicKeyInfo).sequence());

/** More than any client sends. The limit bounds the work: each entry costs a comparison. */
const MAX_PREFERRED = 32;

/**
 * The result of `read` for the extension `oid`; undefined where it is absent. Fault: `malformed-ocsp-request`, which
 * names `form`.
 */
const findIn = <T>(
  extensions: readonly Extension[],
  oid: Oid,
  form: Phrase,
  read: (value: Uint8Array) => T,
): T | undefined => {
  for (const extension of extensions) {
    if (extension.id !== 'other' || extension.oid !== oid) continue;
    try {
      return read(extension.value);
    } catch (error) {
      if (!Fault.is(error, 'malformed-der')) throw error;
      throw new Fault('malformed-ocsp-request', phrase`The extension is not ${form}.`, {}, { cause: error });
    }
  }
  return undefined;
};

/**
 * RFC 6960 4.4.7, in the client's order of preference; empty where the extension is absent. Fault:
 * `malformed-ocsp-request`.
 */
export const findPreferredAlgorithms = (
  extensions: readonly Extension[],
): readonly PreferredSignatureAlgorithm[] =>
  findIn(
    extensions,
    OID.ocspPreferredSignatureAlgorithms,
    phrase`PreferredSignatureAlgorithms (RFC 6960 4.4.7.1)`,
    readPreferred,
  ) ?? [];

/**
 * AcceptableResponses (RFC 6960 4.4.3): the response types that the client understands, in its order; undefined where
 * the extension is absent. Fault: `malformed-ocsp-request`.
 */
export const findAcceptableResponses = (extensions: readonly Extension[]): readonly Oid[] | undefined =>
  findIn(extensions, OID.ocspAcceptableResponses, phrase`AcceptableResponses (RFC 6960 4.4.3)`, (value) => {
    const types: Oid[] = [];
    const reader = new DerReader(value);
    for (const list = reader.sequence(); !list.done; ) types.push(list.oid());
    reader.finish();
    return types;
  });

const readPreferred = (value: Uint8Array): readonly PreferredSignatureAlgorithm[] => {
  const preferred: PreferredSignatureAlgorithm[] = [];
  const reader = new DerReader(value);
  for (const list = reader.sequence(); !list.done; ) {
    const fields = list.sequence();
    const sigIdentifier = readAlgorithm(fields);
    const pubKeyAlgIdentifier = fields.done ? undefined : readAlgorithm(fields);
    fields.finish();
    if (preferred.length === MAX_PREFERRED)
      throw new Fault('malformed-ocsp-request', phrase`At most ${MAX_PREFERRED} algorithms are preferred.`);
    preferred.push({ sigIdentifier, ...(pubKeyAlgIdentifier && { pubKeyAlgIdentifier }) });
  }
  reader.finish();
  return preferred;
};

/** RFC 6960 4.4.4. */
export const archiveCutoffExtension = (cutoff: Date): Extension =>
  other(OID.ocspArchiveCutoff, encodeGeneralizedTime(cutoff));

/** CrlID (RFC 6960 4.4.2): names the CRL that lists the revoked or held certificate. Each of its members is optional. */
export const crlReferencesExtension = (crl: {
  readonly url?: string;
  readonly number: number;
  readonly thisUpdate: Date;
}): Extension =>
  other(
    OID.ocspCrlReferences,
    derSequence(
      ...(crl.url === undefined
        ? []
        : [tlv(constructed(0), tlv(TAG.ia5String, Buffer.from(crl.url, 'latin1')))]),
      tlv(constructed(1), derInteger(crl.number)),
      tlv(constructed(2), encodeGeneralizedTime(crl.thisUpdate)),
    ),
  );

/** RFC 6960 4.4.8: the responder answers `revoked` for certificates that were never issued. */
export const EXTENDED_REVOKE: Extension = other(OID.ocspExtendedRevoke, derNull());
