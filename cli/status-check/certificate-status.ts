import { hash } from 'node:crypto';
import { phrase } from '../../lib/fault.ts';
import { type Certificate, findExtension, formatName } from '../../lib/pki/pki.ts';
import { type CrlFinding, type CrlJudge, judgeCrls } from './crl.ts';
import { type CrlAtHand, MAX_CRL_BYTES, readCrls } from './crl-file.ts';
import { isFrom } from './crl-scope.ts';
import type { Fetcher } from './fetcher.ts';
import { type Clock, type Finding, type Silence, silence, silenceOf, Unusable } from './finding.ts';
import { judgeOcsp, ocspQuestion, type Subject } from './ocsp.ts';
import { type Held, type PathSearch, pathsFrom } from './path.ts';
import { pathProblems } from './path-rules.ts';
import { crlAddresses, firstOf, ocspAddresses } from './sources.ts';
import { judgeStatus, type Verdict } from './verdict.ts';

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

/** Everything that the judgement of one path works with. */
export interface Inquiry {
  readonly clock: Clock;
  readonly fetcher: Fetcher;
  /** Certificates at hand. */
  readonly search: Omit<PathSearch, 'deadEnds'>;
  /** CRLs at hand: those that were given, and every one that was fetched. */
  readonly crls: CrlAtHand[];
  /** 32 octets (RFC 9654 2.1), fresh. */
  readonly nonce: () => Uint8Array;
  /** On which the path's trust rests. */
  readonly root: Held;
  /** In place of the addresses in the certificate in question. */
  readonly instead: {
    readonly of: Certificate;
    readonly ocsp?: URL;
    readonly crls?: readonly CrlAtHand[];
    /** Of an address that was given for its CRL. */
    readonly silence?: Silence;
  };
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

/** Adds what an address gives to the CRLs at hand; the silence if that is nothing. */
const fetchCrls = async ({ fetcher, crls }: Inquiry, urls: readonly URL[]): Promise<Silence | undefined> => {
  const fetched = await firstOf(urls, 'RFC 5280 4.2.1.13', (url) => fetcher.file(url, MAX_CRL_BYTES));
  if (!('body' in fetched)) return fetched;
  const read = readCrls(fetched.body, fetched.url.href);
  crls.push(...read.filter(({ sha256 }) => !crls.some((known) => known.sha256 === sha256)));
  return undefined;
};

/** The CRLs at hand that may be about the certificate, and those that cannot be read and came from these addresses. */
const relevant = (
  crls: readonly CrlAtHand[],
  certificate: Certificate,
  addresses: ReadonlySet<string>,
): readonly CrlAtHand[] =>
  crls.filter(({ list, from }) =>
    addresses.has(from) ? true : !(list instanceof Unusable) && isFrom(list, certificate),
  );

/** By the CRLs at hand; if these do not tell, by those of the certificate's distribution points, one after the other. */
const crlFinding = async (inquiry: Inquiry, subject: Subject, pending: Pending): Promise<CrlFinding> => {
  const { certificate } = subject;
  const { crls, instead } = inquiry;
  const judge = crlJudge(inquiry, pending);
  if (instead.crls && instead.of === certificate) {
    const found = await judgeCrls(instead.crls, subject, judge);
    const isAbsent = found.finding.says === 'nothing' && found.finding.why === 'absent';
    return isAbsent && instead.silence ? { ...found, finding: instead.silence } : found;
  }
  const points = crlAddresses(certificate);
  const addresses = new Set(points.flat().map(({ href }) => href));
  let found = await judgeCrls(relevant(crls, certificate, addresses), subject, judge);
  let quiet: Silence | undefined;
  for (const urls of points) {
    if (found.finding.says !== 'nothing') break;
    quiet = (await fetchCrls(inquiry, urls)) ?? quiet;
    found = await judgeCrls(relevant(crls, certificate, addresses), subject, judge);
  }
  if (found.finding.says === 'nothing' && found.finding.why === 'absent') {
    const none = silence('absent', 'RFC 5280 4.2.1.13', phrase`The certificate names no address of it.`);
    return { ...found, finding: quiet ?? none };
  }
  return found;
};

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
    ? await judgeCrls(relevant(inquiry.crls, responder, new Set()), subject, crlJudge(inquiry, pending))
    : await crlFinding(inquiry, subject, pending);
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

const askOcsp = async (
  { fetcher, clock, nonce, instead }: Inquiry,
  subject: Subject,
): Promise<OcspSource & { readonly responder?: Certificate }> => {
  const question = ocspQuestion(subject, nonce());
  const given = instead.of === subject.certificate ? instead.ocsp : undefined;
  const fetched = await firstOf(
    given ? [given] : ocspAddresses(subject.certificate),
    'RFC 5280 4.2.2.1',
    (url) => fetcher.ocsp(url, question.der),
  );
  if (!('body' in fetched)) return { finding: fetched };
  return {
    ...judgeOcsp(fetched.body, question, clock),
    from: fetched.url.href,
    sha256: hash('sha256', fetched.body),
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
    crlFinding(inquiry, subject, inside),
  ]);
  const problem =
    responder && asked.finding.says !== 'nothing'
      ? await responderProblem(inquiry, responder, issuer, inside)
      : undefined;
  const ocsp = problem ? { ...asked, finding: silenceOf(problem) } : asked;
  return { ocsp, crl, verdict: judgeStatus(ocsp.finding, crl.finding, certificate) };
};

/** What the CRLs at hand list about the root itself, if it signed them: nothing, or that it is revoked or on hold. */
export const rootListing = async (inquiry: Inquiry): Promise<CrlFinding | undefined> => {
  const { certificate } = inquiry.root;
  const listing = inquiry.crls.filter(
    ({ list }) =>
      !(list instanceof Unusable) &&
      isFrom(list, certificate) &&
      list.revokedCertificates.some(({ serialNumber }) => serialNumber === certificate.serialNumber),
  );
  const subject = { certificate, issuer: certificate };
  const found = await judgeCrls(listing, subject, crlJudge(inquiry, [certificate]));
  return found.finding.says === 'revoked' || found.finding.says === 'hold' ? found : undefined;
};
