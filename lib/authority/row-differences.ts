import { Fault } from '../fault.ts';
import { verifySignature } from '../keys/keys.ts';
import { textIn } from '../members.ts';
import { decodeCertificate, decodeTbsCertificate, formatName, type TbsCertificate } from '../pki/pki.ts';
import type { CertificateRow } from './certificates.ts';

/** What a row's certificate says, and where its row differs from it. */
export interface ReadRow {
  /**
   * The names of the members that differ; `der` or `tbs` where the bytes cannot be read; `signature` where the certificate's
   * signature is not by the CA's key.
   */
  readonly differs: readonly string[];
  /** Absent where the bytes cannot be read. */
  readonly tbs?: TbsCertificate;
}

/** Compares a certificate's row with the certificate in it. An auditor cannot see from digests whether they agree. */
export const compareRow = (row: CertificateRow, caPublicKeyInfo: Uint8Array): ReadRow => {
  const differs: string[] = [];
  let tbs: TbsCertificate;
  try {
    tbs =
      row.der === undefined
        ? decodeTbsCertificate(bytesOf(row.tbs))
        : signedOf(row, caPublicKeyInfo, differs);
  } catch (error) {
    if (Fault.is(error)) return { differs: [row.der === undefined ? 'tbs' : 'der'] };
    throw error;
  }
  if (formatName(tbs.subject) !== row.subject) differs.push('subject');
  for (const name of ['notBefore', 'notAfter'] as const) {
    if (tbs[name].getTime() !== row[name] * 1000) differs.push(name);
  }
  return { differs, tbs };
};

/** Somebody else may have written the row, so the member is not always a string. */
const bytesOf = (base64: unknown): Buffer => Buffer.from(textIn(base64) ?? '', 'base64');

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
