import { phrase } from '../fault.ts';
import { type Certificate, formatName } from '../pki/pki.ts';
import { type CertificateStatus, certificateStatus, rootListing } from './certificate-status.ts';
import type { AskAddress, Held, Silence, Verdict } from './contract.ts';
import type { CrlFinding, SetAside } from './crl.ts';
import { type CrlAtHand, MAX_CRL_BYTES, readCrls } from './crl-file.ts';
import { type Fetcher, type Limits, openFetcher } from './fetcher.ts';
import { type Clock, silenceOf, Unusable } from './finding.ts';
import type { Inquiry } from './inquiry.ts';
import { type DeadEnd, type Path, pathsFrom } from './path.ts';
import type { PolicyDemand } from './path-policies.ts';
import { type Problem, pathProblems } from './path-rules.ts';
import { judgeStatus, verdict } from './verdict.ts';

/** One certificate of the path, with its status. The root has none, unless a CRL of its own lists it. */
export interface PathEntry extends Held {
  readonly status?: CertificateStatus;
  readonly problems: readonly Problem[];
}

export interface StatusReport {
  readonly at: Date;
  /** What the trust in the path rests on; `none` where there is no path. */
  readonly end: Path['end'] | 'none';
  /** The certificate in question first, the one on which trust rests last. */
  readonly path: readonly PathEntry[];
  readonly verdict: Verdict;
}

export interface StatusQuestion {
  readonly certificate: Certificate;
  /** What followed the certificate in its file, and other certificates that may be in its path. Nobody trusts them. */
  readonly chain: readonly Held[];
  /** Certificates of CAs that the caller trusts; empty where there are none. */
  readonly roots: readonly Held[];
  /** In place of the addresses in the certificate. */
  readonly ocsp?: URL;
  /**
   * CRLs, or where they are, in place of the addresses in the certificate. They serve for every certificate of the path;
   * for those above, what their own distribution points give is taken as well.
   */
  readonly crls?: readonly (URL | readonly CrlAtHand[])[];
  readonly clock: Clock;
  /** What the caller asks of policies; nothing if it is absent. */
  readonly policies?: PolicyDemand;
  readonly nonce: () => Uint8Array;
  readonly ask: AskAddress;
  /** For the limit of time. */
  readonly now: () => number;
  readonly limits?: Limits;
  readonly maxSigners?: number;
}

/** Paths that are judged until one is good. Each costs fetches. */
const MAX_PATHS = 8;
/** Signers of CRLs, apart from the CAs of the path, that are judged for one path unless the caller says otherwise. */
const MAX_SIGNERS = 32;

const WORSE = ['unknown', 'inDoubt', 'unreachable'] as const;

/** RFC 5280 6.1.3 (a) (3): no certificate of the path is revoked. */
const REVOKED_ABOVE = 'RFC 5280 6.1.3 (a) (3)';

const above = ({ certificate, status }: PathEntry, outcome: Verdict['outcome']): Verdict | undefined => {
  if (status?.verdict.outcome !== outcome) return undefined;
  const { because, rule } = status.verdict;
  return verdict(
    outcome,
    outcome === 'revoked' || outcome === 'onHold' ? REVOKED_ABOVE : rule,
    phrase`${formatName(certificate.subject)}, a CA in its path: ${because}`,
  );
};

/** What the status of every certificate and the rules of paths say together; the worst counts. */
const judgePath = (entries: readonly PathEntry[]): Verdict => {
  const [own, ...cas] = entries as [PathEntry, ...PathEntry[]];
  const status = own.status as CertificateStatus;
  const find = (outcome: Verdict['outcome']): Verdict | undefined =>
    status.verdict.outcome === outcome
      ? status.verdict
      : cas.map((entry) => above(entry, outcome)).find((one) => one !== undefined);
  const revoked = find('revoked') ?? find('onHold');
  if (revoked) return revoked;
  const [problem] = entries.flatMap(({ problems }) => problems);
  if (problem) return verdict('invalid', problem.rule, problem.detail);
  for (const outcome of WORSE) {
    const worse = find(outcome);
    if (worse) return worse;
  }
  return status.verdict;
};

/** RFC 5280 6.1.1 (d): trust begins with a trust anchor. Anybody can make a CA that calls its certificates good. */
const trusted = (judgement: Verdict, end: Path['end']): Verdict =>
  judgement.outcome === 'good' && end !== 'root'
    ? verdict(
        'untrusted',
        'RFC 5280 6.1.1 (d)',
        phrase`Its own CA calls it good, and nothing says that you trust this CA. Name the root that you trust with --root.`,
      )
    : judgement;

/** The CRLs that were given, and what among them gave none, or none that can be read. */
const givenCrls = async (
  { crls = [] }: StatusQuestion,
  fetcher: Fetcher,
): Promise<{
  readonly crls: CrlAtHand[];
  readonly silence?: Silence;
  readonly failed: readonly SetAside[];
}> => {
  const read: CrlAtHand[] = [];
  const failed: SetAside[] = [];
  let silence: Silence | undefined;
  for (const given of crls) {
    if (!(given instanceof URL)) {
      read.push(...given);
      continue;
    }
    const fetched = await fetcher.file(given, MAX_CRL_BYTES);
    if ('body' in fetched) read.push(...readCrls(fetched.body, given.href));
    else {
      silence = fetched;
      failed.push({ from: given.href, finding: fetched });
    }
  }
  for (const { from, list } of read) {
    if (list instanceof Unusable) failed.push({ from, finding: silenceOf(list) });
  }
  return { crls: read, ...(silence && { silence }), failed };
};

/** Who names a CRL wants it asked: what the others do not list, it may. */
const heeding = ([failed]: readonly SetAside[], report: StatusReport): StatusReport => {
  if (!failed || report.verdict.outcome !== 'good') return report;
  const { from, finding } = failed;
  const because = phrase`Nothing else speaks against it, but the CRL that you named, ${from}, says nothing: ${finding.detail}`;
  return { ...report, verdict: verdict('inDoubt', finding.rule, because) };
};

/** A CRL that lists the root counts against it, though no path has to prove a root (RFC 5280 6.1.1 (d)). */
const rootStatus = (listing: CrlFinding, certificate: Certificate, { at }: Clock): CertificateStatus => {
  const absent = phrase`A root is not asked about.`;
  const finding = { says: 'nothing', why: 'absent', rule: 'RFC 5280 6.1', detail: absent } as const;
  return { ocsp: { finding }, crl: listing, verdict: judgeStatus(finding, listing.finding, certificate, at) };
};

const judged = async (
  question: StatusQuestion,
  base: Omit<Inquiry, 'root' | 'signers'>,
  { certificates, end }: Path,
  problems: readonly Problem[],
): Promise<StatusReport> => {
  const root = certificates[certificates.length - 1] as Held;
  const inquiry: Inquiry = { ...base, root, signers: { left: question.maxSigners ?? MAX_SIGNERS } };
  const statuses: (CertificateStatus | undefined)[] = certificates.map(() => undefined);
  // From the root down: what a CA's certificate needs is then at hand for those below it.
  const first = Math.max(certificates.length - 2, 0);
  for (let index = first; index >= 0; index--) {
    const { certificate } = certificates[index] as Held;
    const issuer = (certificates[index + 1] ?? root).certificate;
    statuses[index] = await certificateStatus(inquiry, { certificate, issuer });
  }
  const listing = certificates.length > 1 && (await rootListing(inquiry));
  if (listing) statuses[certificates.length - 1] = rootStatus(listing, root.certificate, question.clock);
  const path = certificates.map((held, index): PathEntry => {
    const status = statuses[index];
    return { ...held, ...(status && { status }), problems: problems.filter((one) => one.index === index) };
  });
  return { at: new Date(question.clock.at), end, path, verdict: trusted(judgePath(path), end) };
};

/** The path that got nearest to a root says best what is missing. */
const noPath = (at: number, target: Held, deadEnds: readonly DeadEnd[]): StatusReport => {
  const [furthest] = deadEnds.toSorted((a, b) => b.certificates.length - a.certificates.length);
  return {
    at: new Date(at),
    end: 'none',
    path: (furthest?.certificates ?? [target]).map((held) => ({ ...held, problems: [] })),
    verdict:
      furthest?.verdict ?? verdict('inDoubt', 'RFC 5280 6.1', phrase`The certificate has no path to a root.`),
  };
};

/**
 * Finds a path, judges it by RFC 5280 6.1, and asks for the status of every certificate below its root. Where several
 * paths are possible, the first good one counts; where none is good, the first one.
 */
export const checkStatus = async (question: StatusQuestion): Promise<StatusReport> => {
  const { certificate, chain, roots, clock, nonce, ask, now, limits, ocsp } = question;
  const fetcher = openFetcher(ask, now, limits);
  const search = { roots, pool: [...chain], fetcher };
  const { crls, silence, failed } = await givenCrls(question, fetcher);
  const base = {
    clock,
    fetcher,
    search,
    crls,
    nonce,
    instead: {
      of: certificate,
      ...(ocsp && { ocsp }),
      ...(question.crls && { crls: [...crls], ...(silence && { silence }) }),
    },
  };
  const target = { certificate, from: '' };
  const deadEnds: DeadEnd[] = [];
  const refused: { readonly path: Path; readonly problems: readonly Problem[] }[] = [];
  let best: StatusReport | undefined;
  let tried = 0;
  for await (const path of pathsFrom(target, { ...search, deadEnds })) {
    if (tried++ >= MAX_PATHS) break;
    const problems = pathProblems(
      path.certificates.map((held) => held.certificate),
      clock.at,
      question.policies,
    );
    if (problems.length > 0) {
      refused.push({ path, problems });
      continue;
    }
    const report = await judged(question, base, path, problems);
    if (report.verdict.outcome === 'good') return heeding(failed, report);
    best ??= report;
  }
  const [first] = refused;
  return (
    best ??
    (first ? await judged(question, base, first.path, first.problems) : noPath(clock.at, target, deadEnds))
  );
};
