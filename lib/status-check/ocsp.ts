import { hash } from 'node:crypto';
import { phrase } from '../fault.ts';
import {
  type BasicOcspResponse,
  type Certificate,
  type Der,
  decodeCertificate,
  decodeOcspRequest,
  decodeOcspResponse,
  type Extension,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  findExtension,
  formatName,
  keyIdentifier,
  OID,
  sameName,
  subjectPublicKeyOctets,
} from '../pki/pki.ts';
import type { Finding, Statement } from './contract.ts';
import {
  type Clock,
  checkProduced,
  checkWindow,
  silence,
  silenceOf,
  Unusable,
  unusableBy,
  validityAt,
} from './finding.ts';
import { isSignedBy, whyUnjudged } from './issued-by.ts';

/** Whose status is asked for, and the certificate whose key signed it. */
export interface Subject {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** The question itself needs no certificate: its issuer and number are enough. */
export interface AskedAbout {
  readonly certificate: Pick<Certificate, 'issuer' | 'serialNumber'>;
  readonly issuer: Certificate;
}

export interface OcspQuestion extends AskedAbout {
  /** The request's bytes. */
  readonly der: Der;
  readonly nonce: Uint8Array;
}

/**
 * CertIDs are made with SHA-1: the one digest that every responder knows (RFC 5019 2.1.1); no security rests on it. The
 * name is hashed as the certificate spells it (RFC 6960 4.1.1).
 */
export const ocspQuestion = ({ certificate, issuer }: AskedAbout, nonce: Uint8Array): OcspQuestion => {
  const certId = encodeCertId({
    hash: 'sha1',
    issuerName: encodeName(certificate.issuer),
    issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
    serialNumber: certificate.serialNumber,
  });
  return { certificate, issuer, nonce, der: encodeOcspRequest({ certIds: [certId], nonce }) };
};

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const refuseCritical = (rule: string, extensions: readonly Extension[] = []): void => {
  if (extensions.some(({ critical }) => critical)) {
    throw new Unusable(rule, phrase`The OCSP answer has a critical extension that is not understood.`);
  }
};

type Single = BasicOcspResponse['responses'][number];

/** RFC 6960 3.2, item 1. */
const ABOUT = 'RFC 6960 3.2 (1)';

/** Whether the answer is about the certificate in whatever digest (RFC 6960 4.1.1). */
const isAbout = ({ certificate, issuer }: OcspQuestion, { certId }: Single): boolean =>
  certId.serialNumber === certificate.serialNumber &&
  (['sha1', 'sha256', 'sha384', 'sha512'] as const).some(
    (name) =>
      OID[name] === certId.hashAlgorithm &&
      same(certId.issuerNameHash, hash(name, encodeName(certificate.issuer), 'buffer')) &&
      same(certId.issuerKeyHash, hash(name, subjectPublicKeyOctets(issuer.subjectPublicKeyInfo), 'buffer')),
  );

/** The one answer to our CertID, compared by its parts: a responder may write the digest's NULL parameters or not. */
const singleFor = (question: OcspQuestion, { responses }: BasicOcspResponse): Single => {
  const asked = decodeOcspRequest(question.der).requestList[0]?.certId;
  const [single, ...more] = responses.filter(
    ({ certId }) =>
      asked !== undefined &&
      certId.hashAlgorithm === asked.hashAlgorithm &&
      certId.serialNumber === asked.serialNumber &&
      same(certId.issuerNameHash, asked.issuerNameHash) &&
      same(certId.issuerKeyHash, asked.issuerKeyHash),
  );
  if (single === undefined) throw new Unusable(ABOUT, phrase`The OCSP answer is about another certificate.`);
  const others = responses.filter(
    (one) => isAbout(question, one) && statusOf(one).says !== statusOf(single).says,
  );
  if (more.length > 0 || others.length > 0)
    throw new Unusable(ABOUT, phrase`The OCSP answer speaks twice about the certificate.`);
  return single;
};

const isNamed = ({ responderId }: BasicOcspResponse, certificate: Certificate): boolean =>
  'byKey' in responderId
    ? same(responderId.byKey, keyIdentifier(certificate.subjectPublicKeyInfo))
    : sameName(responderId.byName, certificate.subject);

/** Critical extensions that this file processes, or that do not restrict a responder. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'basicConstraints',
  'keyUsage',
  'extKeyUsage',
  'certificatePolicies',
  'subjectAltName',
  'ocspNoCheck',
]);

/** RFC 6960 4.2.2.2: issued by the very CA (by its key), for this purpose, and valid now. */
const checkDelegate = (responder: Certificate, { issuer }: OcspQuestion, at: number): void => {
  const { extensions } = responder;
  const delegation = 'RFC 6960 4.2.2.2';
  const isNamedIssuer = sameName(responder.issuer, issuer.subject);
  if (!isNamedIssuer || !isSignedBy(responder, issuer)) {
    const why = isNamedIssuer && whyUnjudged(responder, [issuer]);
    if (why) {
      throw new Unusable(
        delegation,
        phrase`The signature of the OCSP responder's certificate cannot be judged. ${why}`,
      );
    }
    throw new Unusable(
      delegation,
      phrase`The OCSP responder's certificate was not issued by the certificate's own CA.`,
    );
  }
  if (!findExtension(extensions, 'extKeyUsage')?.purposes.includes(OID.OCSPSigning)) {
    throw new Unusable(delegation, phrase`The OCSP responder's certificate is not for signing OCSP answers.`);
  }
  if (findExtension(extensions, 'keyUsage')?.usages.includes('digitalSignature') === false) {
    throw new Unusable('RFC 5280 4.2.1.3', phrase`The OCSP responder's certificate is not for signatures.`);
  }
  if (extensions.some(({ id, critical }) => critical && !UNDERSTOOD.has(id))) {
    throw new Unusable(
      'RFC 5280 4.2',
      phrase`The OCSP responder's certificate has a critical extension that is not understood.`,
    );
  }
  const validity = validityAt(responder, at);
  if (validity === 'expired')
    throw new Unusable('RFC 5280 6.1.3 (a) (2)', phrase`The OCSP responder's certificate has expired.`);
  if (validity === 'notYetValid') {
    throw new Unusable('RFC 5280 6.1.3 (a) (2)', phrase`The OCSP responder's certificate is not valid yet.`);
  }
};

/** RFC 6960 3.2, items 2 to 4. */
const SIGNER = 'RFC 6960 3.2 (2)-(4)';

/** The CA itself, or a delegate whose certificate came with the answer. */
const signerOf = (question: OcspQuestion, basic: BasicOcspResponse, at: number): Certificate => {
  const { issuer } = question;
  if (isNamed(basic, issuer) && isSignedBy(basic, issuer)) return issuer;
  const named = basic.certs.map(decodeCertificate).filter((candidate) => isNamed(basic, candidate));
  const responder = named.find((candidate) => isSignedBy(basic, candidate));
  if (responder === undefined) {
    const why = whyUnjudged(
      basic,
      [issuer, ...named].filter((candidate) => isNamed(basic, candidate)),
    );
    if (why) throw new Unusable(SIGNER, phrase`The signature of the OCSP answer cannot be judged. ${why}`);
    throw new Unusable(
      SIGNER,
      named.length > 0
        ? phrase`The signature of the OCSP answer does not verify.`
        : phrase`The OCSP answer is signed neither by the CA nor by a responder whose certificate came with it.`,
    );
  }
  checkDelegate(responder, question, at);
  return responder;
};

/** RFC 9654 2.1. A client that sends a nonce must refuse an answer with another one. */
const NONCE = 'RFC 9654 2.1';

export interface OcspFinding {
  readonly finding: Finding;
  /** The delegated responder; its own status is not judged here. */
  readonly responder?: Certificate;
}

/**
 * Judges the answer to a question. An answer without our nonce is unusable, though RFC 5019 4 lets clients accept it:
 * it may be an old answer, signed before a revocation and replayed now.
 */
export const judgeOcsp = (bytes: Uint8Array, question: OcspQuestion, clock: Clock): OcspFinding => {
  try {
    const response = decodeOcspResponse(bytes);
    if (response.status !== 'successful') {
      return {
        finding: silence('unavailable', 'RFC 6960 2.3', phrase`The responder says ${response.status}.`),
      };
    }
    const { basic } = response;
    const signer = signerOf(question, basic, clock.at);
    if (basic.nonce === undefined)
      throw new Unusable(NONCE, phrase`The OCSP answer has no nonce, so it may be an old one.`);
    if (!same(basic.nonce, question.nonce))
      throw new Unusable(NONCE, phrase`The OCSP answer has the nonce of another question.`);
    const single = singleFor(question, basic);
    refuseCritical('RFC 6960 4.4', basic.extensions);
    refuseCritical('RFC 6960 4.4', single.extensions);
    const what = phrase`The OCSP answer`;
    const { thisUpdate, nextUpdate } = single;
    checkProduced(basic.producedAt, nextUpdate ? { ...clock, maxAge: Number.POSITIVE_INFINITY } : clock);
    checkWindow({ what, rule: 'RFC 6960 3.2 (5), (6)', thisUpdate, nextUpdate }, clock);
    const finding: Statement = {
      ...statusOf(single),
      rule: 'RFC 6960 2.2',
      thisUpdate,
      ...(nextUpdate && { nextUpdate }),
      signer: signer === question.issuer ? phrase`the CA itself` : formatName(signer.subject),
    };
    return signer === question.issuer ? { finding } : { finding, responder: signer };
  } catch (error) {
    return { finding: silenceOf(unusableBy(error, 'RFC 6960 4.2.1')) };
  }
};

const statusOf = ({ certStatus }: Single): Pick<Statement, 'says' | 'revocation'> => {
  if (certStatus.status !== 'revoked') return { says: certStatus.status };
  const { revocationTime: time, revocationReason: reason } = certStatus;
  // A reason of removeFromCRL belongs to delta CRLs (RFC 5280 5.3.1). Beside `revoked` it does not make it less so.
  return {
    says: reason === 'certificateHold' ? 'hold' : 'revoked',
    revocation: { time, ...(reason && { reason }) },
  };
};
