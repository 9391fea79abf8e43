import { Fault } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import { decodeCertificate, decodeTbsCertificate, formatName, type TbsCertificate } from '../pki/pki.ts';
import type { CertificateRow } from './certificates.ts';

/**
 * Compares a certificate's row with the certificate in it. An auditor cannot see from digests whether they agree.
 * Returns the names of the members that differ; `der` or `tbs` where the bytes cannot be read; `signature` where the
 * certificate's signature is not by the CA's key.
 */
export const rowDifferences = (row: CertificateRow, caPublicKeyInfo: Uint8Array): readonly string[] => {
  const differs: string[] = [];
  let tbs: TbsCertificate;
  try {
    tbs =
      row.der === undefined
        ? decodeTbsCertificate(bytesOf(row.tbs))
        : signedOf(row, caPublicKeyInfo, differs);
  } catch (error) {
    if (Fault.is(error)) return [row.der === undefined ? 'tbs' : 'der'];
    throw error;
  }
  if (formatName(tbs.subject) !== row.subject) differs.push('subject');
  for (const name of ['notBefore', 'notAfter'] as const) {
    if (tbs[name].getTime() !== row[name] * 1000) differs.push(name);
  }
  return differs;
};

/** Somebody else may have written the row, so the member is not always a string. */
const bytesOf = (base64: unknown): Buffer => Buffer.from(String(base64), 'base64');

/** Faults: those of `decodeCertificate`. */
const signedOf = (
  { der, tbs }: CertificateRow,
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
