import { Fault, phrase } from '../../../lib/fault.ts';
import { type Certificate, findExtension } from '../../../lib/pki/pki.ts';
import { decodeCertificates } from '../../../lib/status-check/status-check.ts';

/** A certificate with its CAs is a few kilobytes. */
export const MAX_FILE_BYTES = 128 * 1024;
/** Each costs signatures that have to be verified. */
const MAX_CERTIFICATES = 10;

const refusal = (detail: ReturnType<typeof phrase>): Fault => new Fault('invalid-input', detail);

/** PBES2 (RFC 8018 A.4), with which an encrypted PKCS#8 key begins. */
const PBES2 = Buffer.from('06092a864886f70d01050d', 'hex');

/** PKCS#8, PKCS#1 and SEC1 keys and PKCS#12 files begin with a version; a certificate does not. */
const isKeyInDer = (bytes: Buffer): boolean => {
  if (bytes[0] !== 0x30) return false;
  const length = bytes[1] ?? 0;
  const inside = length > 0x80 ? 2 + (length & 0x7f) : 2;
  return (bytes[inside] === 0x02 && bytes[inside + 1] === 0x01) || bytes.subarray(0, 32).includes(PBES2);
};

const assertNoKey = (bytes: Buffer): void => {
  if (!bytes.includes('PRIVATE KEY-----') && !isKeyInDer(bytes)) return;
  throw refusal(
    phrase`The file has a private key in it. Keep it secret and send it to nobody, not even here. It was not kept here. Choose the file of the certificate alone.`,
  );
};

const decoded = (bytes: Buffer): readonly Certificate[] => {
  try {
    return decodeCertificates(bytes);
  } catch (error) {
    if (!Fault.is(error)) throw error;
    throw refusal(
      phrase`The file is no certificate in PEM or DER; such files end in .cer, .crt, .der or .pem. What was found: ${error.phrase}`,
    );
  }
};

const isCa = ({ extensions }: Certificate): boolean =>
  findExtension(extensions, 'basicConstraints')?.cA === true;

export interface CertificateInFile {
  readonly certificate: Certificate;
  /** Certificates of CAs beside it. */
  readonly chain: readonly Certificate[];
}

/** The certificate in a file; those of its CAs may stand beside it. Fault: `invalid-input`, which says what to do. */
export const certificateIn = (file: Uint8Array | undefined): CertificateInFile => {
  if (file === undefined) throw refusal(phrase`Choose a file; nothing was sent.`);
  if (file.length > MAX_FILE_BYTES)
    throw refusal(
      phrase`The file has ${file.length} bytes, and a certificate has at most ${MAX_FILE_BYTES}. Choose the file of the certificate.`,
    );
  const bytes = Buffer.from(file);
  assertNoKey(bytes);
  const all = decoded(bytes);
  const [first, ...others] = all.length === 1 ? all : all.filter((one) => !isCa(one));
  if (first === undefined || others.length > 0 || all.length > MAX_CERTIFICATES)
    throw refusal(
      phrase`The file has ${all.length} certificates, and it is not clear which one is to be checked. Choose a file with one certificate; those of its CAs may stand behind it.`,
    );
  return { certificate: first, chain: all.filter((one) => one !== first) };
};
