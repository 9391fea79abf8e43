import { hash } from 'node:crypto';
import { phrase } from '../../lib/fault.ts';
import type { Certificate } from '../../lib/pki/pki.ts';
import type { ApiClient } from '../api-client.ts';
import { type CrlFinding, judgeCrl, noCrl } from './crl.ts';
import { type Finding, silence, validityAt } from './finding.ts';
import { type FoundIssuer, findIssuer } from './issuer.ts';
import { judgeOcsp, ocspQuestion, type Subject } from './ocsp.ts';
import { crlAddresses, type Fetched, fetchFile, fetchOcsp, ocspAddresses } from './sources.ts';
import { judgeStatus, type Verdict } from './verdict.ts';

/** One source: what it says, where it was asked, and the SHA-256 of its answer's bytes. */
export interface Source {
  readonly finding: Finding;
  readonly from?: string;
  readonly sha256?: string;
}

export interface StatusReport extends FoundIssuer {
  readonly certificate: Certificate;
  readonly ocsp: Source;
  readonly crl: Source;
  readonly verdict: Verdict;
}

export interface StatusQuestion {
  readonly certificate: Certificate;
  /** What followed the certificate in its file. */
  readonly chain: readonly Certificate[];
  /** The CA's certificate, where the caller trusts one. */
  readonly trusted?: readonly Certificate[];
  /** In place of the addresses in the certificate. */
  readonly ocsp?: URL;
  readonly crl?: URL | { readonly path: string; readonly bytes: Buffer };
  /** 32 octets (RFC 9654 2.1), fresh. */
  readonly nonce: Uint8Array;
  readonly now: () => number;
  readonly ask: ApiClient['ask'];
}

const evidence = ({ url, body }: Fetched): Pick<Source, 'from' | 'sha256'> => ({
  from: url.href,
  sha256: hash('sha256', body),
});

const askOcsp = async ({ nonce, now, ask, ocsp }: StatusQuestion, subject: Subject): Promise<Source> => {
  const question = ocspQuestion(subject, nonce);
  const fetched = await fetchOcsp(ask, ocsp ? [ocsp] : ocspAddresses(subject.certificate), question.der);
  if (!('body' in fetched)) return { finding: fetched };
  return { finding: judgeOcsp(fetched.body, question, now()), ...evidence(fetched) };
};

const readCrl = async (
  { crl, now, ask }: StatusQuestion,
  subject: Subject,
): Promise<CrlFinding & Omit<Source, 'finding'>> => {
  if (crl && 'bytes' in crl) {
    return { ...judgeCrl(crl.bytes, subject, now()), from: crl.path, sha256: hash('sha256', crl.bytes) };
  }
  const fetched = await fetchFile(ask, crl ? [crl] : crlAddresses(subject.certificate));
  if (!('body' in fetched)) return noCrl(fetched.why, fetched.detail);
  return { ...judgeCrl(fetched.body, subject, now()), ...evidence(fetched) };
};

const OBSTACLE = {
  valid: undefined,
  expired: 'has expired',
  notYetValid: 'is not valid yet',
} as const;

const obstacleOf = ({ certificate, issuer }: Subject, now: number): string | undefined => {
  const own = OBSTACLE[validityAt(certificate, now)];
  if (own !== undefined) return `The certificate ${own}, whatever its status.`;
  const above = OBSTACLE[validityAt(issuer, now)];
  return above === undefined ? undefined : `The certificate of its CA ${above}.`;
};

/** Asks OCSP and the CRL at once and judges both answers. Rejects with a `Failure` where the issuer is not found. */
export const checkStatus = async (question: StatusQuestion): Promise<StatusReport> => {
  const { certificate, chain, trusted, ask, now } = question;
  const found = await findIssuer(certificate, { chain, ...(trusted && { trusted }) }, ask);
  const subject = { certificate, issuer: found.issuer };
  const [asked, { lists, ...crl }] = await Promise.all([
    askOcsp(question, subject),
    readCrl(question, subject),
  ]);
  const { finding } = asked;
  const responder = finding.says === 'nothing' ? undefined : finding.responder;
  // This holds even if the responder's certificate has id-pkix-ocsp-nocheck: RFC 6960 4.2.2.2.1 lets clients skip the
  // check, but the CRL is at hand, and its entry must not be overlooked.
  const ocsp =
    responder !== undefined && lists(responder)
      ? {
          ...asked,
          finding: silence('unusable', phrase`The CRL lists the OCSP responder's own certificate.`),
        }
      : asked;
  const obstacle = obstacleOf(subject, now());
  const verdict = judgeStatus(ocsp.finding, crl.finding, {
    notAfter: certificate.notAfter,
    ...(obstacle !== undefined && { obstacle }),
  });
  return { ...found, certificate, ocsp, crl, verdict };
};
