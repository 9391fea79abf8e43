import { Fault } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import { decodeCertificate, decodeTbsCertificate, formatName, type TbsCertificate } from '../pki/pki.ts';
import { type Bytes, type CertificateRow, isSigned } from './certificates.ts';

/** What a row's certificate says, and where its row differs from it. */
export interface ReadRow {
  /**
   * The names of the members that differ; `der` or `tbs` where the bytes cannot be decoded; `der` also where the row calls the
   * certificate signed and it is not; `signature` where the signature is not by the CA's key.
   */
  readonly differs: readonly string[];
  /** Absent where the bytes cannot be read. */
  readonly tbs?: TbsCertificate;
}

/** Compares a certificate's row with the certificate. An auditor cannot see from digests whether they agree. */
export const compareRow = (row: CertificateRow, bytes: Bytes, caPublicKeyInfo: Uint8Array): ReadRow => {
  const differs: string[] = [];
  let tbs: TbsCertificate;
  try {
    tbs =
      bytes.der === undefined
        ? decodeTbsCertificate(bytesOf(bytes.tbs))
        : signedOf(bytes.der, bytes.tbs, caPublicKeyInfo, differs);
  } catch (error) {
    if (Fault.is(error)) return { differs: [bytes.der === undefined ? 'tbs' : 'der'] };
    throw error;
  }
  if (isSigned(row) && bytes.der === undefined) differs.push('der');
  if (formatName(tbs.subject) !== bytes.subject) differs.push('subject');
  for (const name of ['notBefore', 'notAfter'] as const) {
    if (tbs[name].getTime() !== row[name] * 1000) differs.push(name);
  }
  return { differs, tbs };
};

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Faults: those of `decodeCertificate`. */
const signedOf = (
  der: string,
  tbs: string,
  caPublicKeyInfo: Uint8Array,
  differs: string[],
): TbsCertificate => {
  const certificate = decodeCertificate(bytesOf(der));
  if (Buffer.compare(bytesOf(tbs), certificate.tbs) !== 0) differs.push('tbs');
  const { signatureAlgorithm, signatureValue } = certificate;
  try {
    verifySignature({
      subjectPublicKeyInfo: caPublicKeyInfo,
      signatureAlgorithm,
      message: certificate.tbs,
      signature: signatureValue,
    });
  } catch (error) {
    if (!Fault.is(error)) throw error;
    differs.push('signature');
  }
  return certificate;
};
