import { type Phrase, phrase } from '../lib/fault.ts';
import { decodeCertificate, MAX_CERTIFICATE_BYTES, sameName } from '../lib/pki/pki.ts';
import { isIssuedBy, whyUnjudged } from '../lib/status-check/status-check.ts';
import { authoritiesAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { readCertificateFile } from './certificate-file.ts';
import { unexpected, usage } from './failure.ts';
import type { Settings } from './settings.ts';

/** A certificate's address at the service. */
export interface CertificateRef {
  readonly ca: string;
  readonly serial: string;
}

const FETCH_TIMEOUT_MS = 15_000;

const REF = /^([a-z0-9-]{1,64})\/([0-9a-fA-F]{1,40})$/;

/**
 * Reads `CA/SERIAL`, or the path of a certificate's file. The CA of a file is the service's CA whose key verifies it.
 * Text in the form `CA/SERIAL` is never taken as a path; write `./CA/SERIAL` for such a file.
 */
export const findCertificateRef = async (
  { client, settings }: { readonly client: ApiClient; readonly settings: Settings },
  text: string,
): Promise<CertificateRef> => {
  const [, ca, serial] = REF.exec(text) ?? [];
  if (ca !== undefined && serial !== undefined) return { ca, serial };
  const { certificate } = await readCertificateFile(text);
  const { authorities } = await client.get('/ca', authoritiesAnswer);
  let unjudged: Phrase | undefined;
  for (const { id } of authorities) {
    const { status, body } = await client.ask({
      url: new URL(`${settings.url}/ca/${encodeURIComponent(id)}.cer`),
      method: 'GET',
      maxBytes: MAX_CERTIFICATE_BYTES,
      timeoutMs: FETCH_TIMEOUT_MS,
    });
    if (status !== 200)
      throw unexpected(phrase`The service did not give the certificate of its authority ${id}.`);
    const issuer = decodeCertificate(body);
    if (isIssuedBy(certificate, issuer)) return { ca: id, serial: certificate.serialNumber };
    if (sameName(certificate.issuer, issuer.subject)) unjudged ??= whyUnjudged(certificate, [issuer]);
  }
  if (unjudged)
    throw usage(phrase`Which authority issued the certificate in ${text} cannot be judged. ${unjudged}`);
  throw usage(phrase`No authority of ${settings.url} issued the certificate in ${text}.`);
};

export const certificatePath = ({ ca, serial }: CertificateRef): string =>
  `/api/v1/certificates/${encodeURIComponent(ca)}/${serial}`;
