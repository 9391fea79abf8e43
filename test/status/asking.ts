import type { Signer } from '../../lib/keys/keys.ts';
import { verifySignature } from '../../lib/keys/verify.ts';
import { type CertIdHash, encodeCertId } from '../../lib/pki/cert-id.ts';
import { type Certificate, decodeCertificate } from '../../lib/pki/certificate.ts';
import { asDer, constructed, type Der, type Oid } from '../../lib/pki/der.ts';
import { derBitString, derOctetString, derSequence, tlv } from '../../lib/pki/der-encoder.ts';
import type { Extension } from '../../lib/pki/extension-bodies.ts';
import { encodeExtensions } from '../../lib/pki/extensions.ts';
import { encodeName, type Name } from '../../lib/pki/name.ts';
import type { BasicOcspResponse } from '../../lib/pki/ocsp-response.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { OID } from '../../lib/pki/oids.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import type { Caller, CertificateRef } from '../../lib/principal.ts';
import type { OcspAnswer } from '../../lib/status/status.ts';
import type { Service } from '../service.ts';

/** Writes OCSP requests as all kinds of clients do, and reads answers as a strict client does. */

export const other = (oid: Oid, value: Uint8Array, critical = false): Extension => ({
  id: 'other',
  oid,
  value,
  critical,
});

export const nonce = (octets: number, critical = false): Extension =>
  other(OID.ocspNonce, derOctetString(new Uint8Array(octets).fill(7)), critical);

export interface Question {
  readonly certIds: readonly Der[];
  readonly extensions?: readonly Extension[];
  readonly singleExtensions?: readonly Extension[];
  readonly requestorName?: Name;
  /** A test may damage the octets of the signature. */
  readonly signed?: {
    readonly signer: Signer;
    readonly certs?: readonly Uint8Array[];
    readonly spoil?: (signature: Uint8Array) => Uint8Array;
  };
}

export const encodeQuestion = async (question: Question): Promise<Der> => {
  const { certIds, extensions, singleExtensions, requestorName, signed } = question;
  const tbs = derSequence(
    ...(requestorName ? [tlv(constructed(1), tlv(constructed(4), encodeName(requestorName)))] : []),
    derSequence(
      ...certIds.map((certId) =>
        derSequence(
          certId,
          ...(singleExtensions ? [tlv(constructed(0), encodeExtensions(singleExtensions))] : []),
        ),
      ),
    ),
    ...(extensions ? [tlv(constructed(2), encodeExtensions(extensions))] : []),
  );
  if (!signed) return derSequence(tbs);
  const { signer, certs, spoil = (signature) => signature } = signed;
  const signature = spoil(await signer.sign(tbs));
  return derSequence(
    tbs,
    tlv(
      constructed(0),
      derSequence(
        asDer(signer.algorithm.signatureAlgorithm),
        derBitString(signature),
        ...(certs ? [tlv(constructed(0), derSequence(...certs))] : []),
      ),
    ),
  );
};

export const certIdOf = async (
  { app }: Pick<Service, 'app'>,
  { ca, serial }: CertificateRef,
  hash: CertIdHash = 'sha256',
): Promise<Der> => {
  const issuer = decodeCertificate(await app.authority.caCertificate(ca));
  return encodeCertId({
    hash,
    issuerName: encodeName(issuer.subject),
    issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
    serialNumber: parseSerial(serial),
  });
};

export const PUBLIC: Caller = { recipient: 'public', method: 'POST' };

/** The answer, after checks that the responder's certificate verifies its signature, and the CA's the certificate. */
export const askSigned = async (
  service: Pick<Service, 'app' | 'now'>,
  ca: string,
  question: Uint8Array,
  caller: Caller = PUBLIC,
): Promise<{ basic: BasicOcspResponse; responder: Certificate; answer: OcspAnswer }> => {
  const answer = await service.app.status.ocsp(question, caller);
  const decoded = decodeOcspResponse(answer.der);
  if (decoded.status !== 'successful') throw new Error(`the answer is ${decoded.status}`);
  const { basic } = decoded;
  const responder = decodeCertificate(basic.certs[0] as Der);
  const issuer = decodeCertificate(await service.app.authority.caCertificate(ca));
  verifySignature({
    subjectPublicKeyInfo: responder.subjectPublicKeyInfo,
    signatureAlgorithm: basic.signatureAlgorithm,
    message: basic.tbs,
    signature: basic.signatureValue,
  });
  verifySignature({
    subjectPublicKeyInfo: issuer.subjectPublicKeyInfo,
    signatureAlgorithm: responder.signatureAlgorithm,
    message: responder.tbs,
    signature: responder.signatureValue,
  });
  const producedAt = basic.producedAt.getTime();
  if (producedAt < responder.notBefore.getTime() || producedAt > responder.notAfter.getTime())
    throw new Error('the answer was signed outside the life of the responder');
  return { basic, responder, answer };
};

/** The OCSPResponseStatus; a signed answer is `successful`. */
export const statusOf = async ({ app }: Pick<Service, 'app'>, question: Uint8Array): Promise<string> => {
  const answer = await app.status.ocsp(question, PUBLIC);
  const { status } = decodeOcspResponse(answer.der);
  if ((answer.error ?? 'successful') !== status) throw new Error('the answer says otherwise of itself');
  return status;
};
