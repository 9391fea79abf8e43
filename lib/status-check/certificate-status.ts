import { hash } from 'node:crypto';
import { phrase } from '../fault.ts';
import { type Certificate, findExtension, formatName, sameName } from '../pki/pki.ts';
import type { Finding, Verdict } from './contract.ts';
import { type CrlFinding, type CrlJudge, judgeCrls } from './crl.ts';
import { isFrom } from './crl-scope.ts';
import { crlFinding, relevantCrls } from './crl-sources.ts';
import { silence, silenceOf, Unusable } from './finding.ts';
import type { Inquiry } from './inquiry.ts';
import { isSignedBy } from './issued-by.ts';
import { judgeOcsp, ocspQuestion, type Subject } from './ocsp.ts';
import { pathsFrom } from './path.ts';
import { pathProblems } from './path-rules.ts';
import { namesOcsp, ocspAddresses } from './sources.ts';
import { judgeStatus } from './verdict.ts';

/** What OCSP says, where it was asked, and the SHA-256 of its answer. */
export interface OcspSource {
  readonly finding: Finding;
  readonly from?: string;
  readonly sha256?: string;
}

/** The status of one certificate. */
export interface CertificateStatus {
  readonly ocsp: OcspSource;
  readonly crl: CrlFinding;
  readonly verdict: Verdict;
}

/** Certificates whose status is being judged. None of them may vouch for itself by a CRL that it signed. */
type Pending = readonly Certificate[];

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const SIGNER = 'RFC 5280 6.3.3 (f)';

/** The signer of a CRL has a path to the same root, and none of its certificates is revoked. */
const trustSigner = async (inquiry: Inquiry, signer: Certificate, pending: Pending): Promise<void> => {
  const name = formatName(signer.subject);
  if (pending.some(({ der }) => same(der, signer.der))) {
    throw new Unusable(SIGNER, phrase`The status of the CRL's signer, ${name}, rests on a CRL of its own.`);
  }
  if (inquiry.signers.left-- <= 0) {
    throw new Unusable(SIGNER, phrase`The CRLs rest on more signers than are judged here.`);
  }
  const search = { ...inquiry.search, roots: [inquiry.root], deadEnds: [] };
  let why = new Unusable(SIGNER, phrase`The CRL's signer, ${name}, has no path to the root.`);
  let tried = 0;
  for await (const { certificates } of pathsFrom({ certificate: signer, from: '' }, search)) {
    if (tried++ >= 4) break;
    const path = certificates.map(({ certificate }) => certificate);
    const [problem] = pathProblems(path, inquiry.clock.at);
    if (problem) {
      why = new Unusable(problem.rule, problem.detail);
      continue;
    }
    const bad = await firstBad(inquiry, path, [...pending, signer]);
    if (bad === undefined) return;
    why = new Unusable(SIGNER, phrase`The CRL's signer, ${name}, cannot be relied on: ${bad.because}`);
  }
  throw why;
};

/** The first verdict below the root that is not good, from the root down. */
const firstBad = async (
  inquiry: Inquiry,
  path: readonly Certificate[],
  pending: Pending,
): Promise<Verdict | undefined> => {
  for (let index = path.length - 2; index >= 0; index--) {
    const [certificate, issuer] = [path[index] as Certificate, path[index + 1] as Certificate];
    const { verdict } = await certificateStatus(inquiry, { certificate, issuer }, pending);
    if (verdict.outcome !== 'good') return verdict;
  }
  return undefined;
};

const crlJudge = (inquiry: Inquiry, pending: Pending): CrlJudge => ({
  clock: inquiry.clock,
  certificates: [...inquiry.search.roots, ...inquiry.search.pool].map(({ certificate }) => certificate),
  trust: (signer) => trustSigner(inquiry, signer, pending),
});

/** RFC 6960 4.2.2.2.1. */
const RESPONDER = 'RFC 6960 4.2.2.2.1';

/**
 * Why the answers of a delegated responder are not believed, if they are not. That clause lets clients skip the check
 * where the certificate has id-pkix-ocsp-nocheck; but a CRL that lists it and is at hand must not be overlooked. A
 * certificate with neither that extension nor a status is left to the client: this one does not believe it.
 */
const responderProblem = async (
  inquiry: Inquiry,
  responder: Certificate,
  issuer: Certificate,
  pending: Pending,
): Promise<Unusable | undefined> => {
  const subject = { certificate: responder, issuer };
  const unchecked = findExtension(responder.extensions, 'ocspNoCheck') !== undefined;
  const { finding } = unchecked
    ? await judgeCrls(relevantCrls(inquiry.crls, responder), subject, crlJudge(inquiry, pending))
    : await crlFinding(inquiry, subject, crlJudge(inquiry, pending));
  if (finding.says === 'revoked' || finding.says === 'hold') {
    return new Unusable(RESPONDER, phrase`The CRL lists the OCSP responder's own certificate.`);
  }
  return unchecked || finding.says === 'good'
    ? undefined
    : new Unusable(
        RESPONDER,
        phrase`The OCSP responder's certificate has no id-pkix-ocsp-nocheck, and its own status is not known.`,
      );
};

/** The first answer that says something; if there is none, what stands against the first of them. */
const askOcsp = async (
  { fetcher, clock, nonce, instead }: Inquiry,
  subject: Subject,
): Promise<OcspSource & { readonly responder?: Certificate }> => {
  const question = ocspQuestion(subject, nonce());
  const given = instead.of === subject.certificate ? instead.ocsp : undefined;
  let first: OcspSource | undefined;
  for (const url of given ? [given] : ocspAddresses(subject.certificate)) {
    const fetched = await fetcher.ocsp(url, question.der);
    const source =
      'body' in fetched
        ? {
            ...judgeOcsp(fetched.body, question, clock),
            from: url.href,
            sha256: hash('sha256', fetched.body),
          }
        : { finding: fetched };
    if (source.finding.says !== 'nothing') return source;
    first ??= source;
  }
  if (first) return first;
  return {
    finding: namesOcsp(subject.certificate)
      ? silence(
          'unavailable',
          'RFC 5280 4.2.2.1',
          phrase`The certificate names no address of it that can be asked: only http and https are.`,
        )
      : silence('absent', 'RFC 5280 4.2.2.1', phrase`The certificate names no address of it.`),
  };
};

/** Asks OCSP and the CRLs for the status of one certificate, and judges both. */
export const certificateStatus = async (
  inquiry: Inquiry,
  subject: Subject,
  pending: Pending = [],
): Promise<CertificateStatus> => {
  const { certificate, issuer } = subject;
  const inside = [...pending, certificate];
  const [{ responder, ...asked }, crl] = await Promise.all([
    askOcsp(inquiry, subject),
    crlFinding(inquiry, subject, crlJudge(inquiry, inside)),
  ]);
  const problem =
    responder && asked.finding.says !== 'nothing'
      ? await responderProblem(inquiry, responder, issuer, inside)
      : undefined;
  const ocsp = problem ? { ...asked, finding: silenceOf(problem) } : asked;
  return { ocsp, crl, verdict: judgeStatus(ocsp.finding, crl.finding, certificate, inquiry.clock.at) };
};

/** What the CRLs at hand list about the root itself, if its own issuer signed them: nothing, or that it is revoked or on hold. */
export const rootListing = async (inquiry: Inquiry): Promise<CrlFinding | undefined> => {
  const { certificate } = inquiry.root;
  const { roots, pool } = inquiry.search;
  const listing = inquiry.crls.filter(
    ({ list }) =>
      !(list instanceof Unusable) &&
      isFrom(list, certificate) &&
      list.revokedCertificates.some(({ serialNumber }) => serialNumber === certificate.serialNumber),
  );
  if (listing.length === 0) return undefined;
  for (const { certificate: issuer } of [inquiry.root, ...roots, ...pool]) {
    if (!sameName(issuer.subject, certificate.issuer) || !isSignedBy(certificate, issuer)) continue;
    const found = await judgeCrls(listing, { certificate, issuer }, crlJudge(inquiry, [certificate]));
    if (found.finding.says === 'revoked' || found.finding.says === 'hold') return found;
  }
  return undefined;
};
