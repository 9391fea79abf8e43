import { Fault, phrase } from '../../lib/fault.ts';
import { type Certificate, formatName, MAX_CERTIFICATE_BYTES } from '../../lib/pki/pki.ts';
import type { ApiClient } from '../api-client.ts';
import { decodeCertificates } from '../certificate-file.ts';
import { unexpected, unreachable, usage } from '../failure.ts';
import { isIssuedBy, sameName } from '../issued-by.ts';
import { fetchFile, issuerAddresses } from './sources.ts';

export interface FoundIssuer {
  readonly issuer: Certificate;
  /** Where it came from, for people. */
  readonly from: string;
}

const among = (certificate: Certificate, candidates: readonly Certificate[], from: string): FoundIssuer => {
  const issuer = candidates.find((candidate) => isIssuedBy(certificate, candidate));
  if (issuer) return { issuer, from };
  throw usage(
    candidates.some(({ subject }) => sameName(subject, certificate.issuer))
      ? phrase`The certificate's signature does not verify under the key of its issuer from ${from}.`
      : phrase`The certificate's issuer, ${formatName(certificate.issuer)}, is not in ${from}.`,
    'Give the certificate of its CA with --issuer FILE.',
  );
};

const decode = (body: Buffer, url: URL): readonly Certificate[] => {
  try {
    return decodeCertificates(body);
  } catch (error) {
    if (!Fault.is(error)) throw error;
    throw unexpected(phrase`${url.href} gave something else than a certificate. ${error.phrase}`, error);
  }
};

/**
 * The CA's certificate: from the file that the caller trusts; or else the chain that came with the certificate; or
 * else the address that the certificate names (RFC 5280 4.2.2.1). The last two prove only that some CA of that
 * name issued it. Rejects with a `Failure` where none is found or the certificate's signature does not verify.
 */
export const findIssuer = async (
  certificate: Certificate,
  given: { readonly trusted?: readonly Certificate[]; readonly chain: readonly Certificate[] },
  ask: ApiClient['ask'],
): Promise<FoundIssuer> => {
  if (given.trusted) return among(certificate, given.trusted, '--issuer');
  if (given.chain.length > 0) return among(certificate, given.chain, "the certificate's file");
  const urls = issuerAddresses(certificate);
  if (urls.length === 0) {
    throw usage(
      'The certificate does not say where its issuer is found.',
      "Give the CA's with --issuer FILE.",
    );
  }
  const fetched = await fetchFile(ask, urls, 4 * MAX_CERTIFICATE_BYTES);
  if (!('body' in fetched)) {
    if (fetched.why === 'unreachable') throw unreachable(fetched.detail, 'Or give --issuer FILE.');
    throw unexpected(phrase`The issuer's certificate cannot be had. ${fetched.detail}`);
  }
  return among(certificate, decode(fetched.body, fetched.url), fetched.url.href);
};
