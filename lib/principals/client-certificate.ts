import { hash } from 'node:crypto';
import { Fault, type Phrase, phrase } from '../fault.ts';
import { keyIdentity, verifySignature } from '../keys/keys.ts';
import { type Certificate, decodeCertificate, encodeName, findExtension, OID } from '../pki/pki.ts';
import type { Clock } from '../ports.ts';
import type { ClientCa, ShownCertificate } from './contract.ts';

interface Issuer {
  readonly ca: string;
  readonly certificate: Certificate;
  readonly name: Uint8Array;
  readonly certifies: ClientCa['certifies'];
}

/** Critical extensions that this file evaluates, or that need no evaluation (any policy is acceptable here). */
const PROCESSED: ReadonlySet<string> = new Set([
  'basicConstraints',
  'keyUsage',
  'extKeyUsage',
  'certificatePolicies',
]);

const invalid = (why: Phrase, cause?: unknown): Fault =>
  new Fault(
    'client-certificate-invalid',
    phrase`The client certificate is not accepted: ${why}.`,
    {},
    cause === undefined ? undefined : { cause },
  );

/**
 * Judges client certificates by RFC 5280 6.1, as far as a path of one certificate under an anchor needs it. The caller
 * checks the status. Faults at once with `configuration-invalid` where the certificate of an operations CA is not a
 * CA's.
 */
export const clientCertificates = (
  cas: readonly ClientCa[],
  clock: Clock,
): {
  judge(der: Uint8Array): ShownCertificate;
  /** The principal that a certificate of an operations CA names, whatever else is wrong with the certificate. */
  namedBy(der: Uint8Array): string | undefined;
} => {
  const issuers = cas.map(readIssuer);

  const judge = (der: Uint8Array): ShownCertificate => {
    const certificate = decode(der);
    const now = clock();
    const issuer = issuerOf(certificate, issuers);
    if (!isWithin(issuer.certificate, now))
      throw invalid(phrase`its issuer's own certificate is not valid now`);
    checkValidity(certificate, now);
    checkExtensions(certificate);
    return {
      ref: { ca: issuer.ca, serial: certificate.serialNumber },
      ...(issuer.certifies !== 'holders' && { principal: principalOf(certificate) }),
      keyIdentity: keyIdentity(certificate.subjectPublicKeyInfo),
      tbsDigest: hash('sha256', certificate.tbs),
    };
  };

  const namedBy = (der: Uint8Array): string | undefined => {
    try {
      const certificate = decode(der);
      const { certifies } = issuerOf(certificate, issuers);
      return certifies === 'holders' ? undefined : principalOf(certificate);
    } catch (error) {
      if (Fault.is(error, 'client-certificate-invalid')) return undefined;
      throw error;
    }
  };

  return { judge, namedBy };
};

const readIssuer = ({ ca, certificate: der, certifies }: ClientCa): Issuer => {
  const certificate = decodeCertificate(der);
  const usages = findExtension(certificate.extensions, 'keyUsage')?.usages;
  if (
    findExtension(certificate.extensions, 'basicConstraints')?.cA !== true ||
    usages?.includes('keyCertSign') === false
  ) {
    throw new Fault('configuration-invalid', phrase`The certificate of "${ca}" is not that of a CA.`);
  }
  return { ca, certificate, name: encodeName(certificate.subject), certifies };
};

const decode = (der: Uint8Array): Certificate => {
  try {
    return decodeCertificate(der);
  } catch (error) {
    throw invalid(phrase`it is not a certificate of RFC 5280`, error);
  }
};

/** By name and then by key: the issuer is the generation whose key verifies the signature. */
const issuerOf = (certificate: Certificate, issuers: readonly Issuer[]): Issuer => {
  const name = encodeName(certificate.issuer);
  for (const issuer of issuers) {
    if (Buffer.compare(issuer.name, name) === 0 && isSignedBy(certificate, issuer)) return issuer;
  }
  throw invalid(phrase`it was not issued by a CA of this service that signs callers in`);
};

const isSignedBy = ({ tbs, signatureAlgorithm, signatureValue }: Certificate, issuer: Issuer): boolean => {
  try {
    verifySignature({
      subjectPublicKeyInfo: issuer.certificate.subjectPublicKeyInfo,
      signatureAlgorithm,
      message: tbs,
      signature: signatureValue,
    });
    return true;
  } catch (error) {
    // Another generation may have another algorithm.
    if (Fault.is(error, 'signature-invalid') || Fault.is(error, 'unsupported-algorithm')) return false;
    throw error;
  }
};

/** notBefore through notAfter, inclusive, in whole seconds (RFC 5280 4.1.2.5). */
const isWithin = ({ notBefore, notAfter }: Certificate, now: number): boolean =>
  now >= notBefore.getTime() && Math.floor(now / 1000) * 1000 <= notAfter.getTime();

const checkValidity = (certificate: Certificate, now: number): void => {
  if (isWithin(certificate, now)) return;
  if (now < certificate.notBefore.getTime()) throw invalid(phrase`it is not valid yet`);
  throw new Fault('client-certificate-expired', 'The client certificate has expired; renew it.');
};

const checkExtensions = ({ extensions }: Certificate): void => {
  // RFC 5280 4.2: a critical extension that is not processed refuses the certificate.
  if (extensions.some(({ id, critical }) => critical && !PROCESSED.has(id))) {
    throw invalid(phrase`it has a critical extension that is not processed here`);
  }
  if (findExtension(extensions, 'basicConstraints')?.cA) throw invalid(phrase`it is a CA's`);
  if (!findExtension(extensions, 'keyUsage')?.usages.includes('digitalSignature')) {
    throw invalid(phrase`its key usage lacks digitalSignature`);
  }
  if (!findExtension(extensions, 'extKeyUsage')?.purposes.includes(OID.clientAuth)) {
    throw invalid(phrase`its extended key usage lacks clientAuth`);
  }
};

const principalOf = ({ subject }: Certificate): string => {
  const ids = subject.flat().filter(({ type }) => type === OID.serialNumber);
  const [id] = ids;
  if (id === undefined || ids.length > 1 || !/^[a-z0-9-]{1,64}$/.test(id.value)) {
    throw invalid(phrase`its subject does not name a principal by one serialNumber attribute`);
  }
  return id.value;
};
