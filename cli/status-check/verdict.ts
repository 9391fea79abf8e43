import type { Finding, Statement } from './finding.ts';

export interface Verdict {
  readonly outcome: 'good' | 'revoked' | 'onHold' | 'unknown' | 'inDoubt' | 'unreachable';
  /** One sentence. */
  readonly because: string;
}

const verdict = (outcome: Verdict['outcome'], because: string): Verdict => ({ outcome, because });

type Known = Statement & { readonly says: 'good' | 'revoked' | 'hold' };

const isKnown = (finding: Finding): finding is Known =>
  finding.says !== 'nothing' && finding.says !== 'unknown';

const RANK = { good: 0, hold: 1, revoked: 2 } as const;

const OUTCOME = { good: 'good', hold: 'onHold', revoked: 'revoked' } as const;

const SAYS = {
  OCSP: { good: 'says that it is good', hold: 'says that it is on hold', revoked: 'says that it is revoked' },
  'The CRL': { good: 'does not list it', hold: 'lists it as on hold', revoked: 'lists it as revoked' },
} as const;

type Source = keyof typeof SAYS;

const taken = ({ says }: Known, source: Source, aside = ''): Verdict =>
  verdict(OUTCOME[says], `${source}${aside} ${SAYS[source][says]}.`);

/**
 * Both sources say something. The newer one counts; if both are of the same second, the worse one. A final revocation
 * cannot be undone, so a newer source without it leaves the status in doubt. The one exception is a newer CRL that
 * leaves the certificate out because it has expired (RFC 5280 3.3).
 */
const both = (ocsp: Known, crl: Known, notAfter: Date): Verdict => {
  const age = ocsp.thisUpdate.getTime() - crl.thisUpdate.getTime() || RANK[ocsp.says] - RANK[crl.says];
  const ocspCounts = age >= 0;
  const newer = ocspCounts ? ocsp : crl;
  const older = ocspCounts ? crl : ocsp;
  const source: Source = ocspCounts ? 'OCSP' : 'The CRL';
  if (newer.says === older.says) return taken(newer, source);
  if (older.says !== 'revoked') return taken(newer, source, ', the newer of both,');
  if (newer === crl && notAfter < crl.thisUpdate) {
    return verdict('revoked', 'OCSP says that it is revoked; the CRL no longer lists what has expired.');
  }
  const [before, now] = ocspCounts ? (['The CRL', 'OCSP'] as const) : (['OCSP', 'the CRL'] as const);
  return verdict(
    'inDoubt',
    `${before} says that it is revoked, for good, and ${now}, which is newer, does not.`,
  );
};

/**
 * What both sources together say. `nothing` is split by why: absent (no such source), out (no answer: unreachable or
 * unavailable), bad (an answer that cannot be relied on).
 *
 *   OCSP      CRL       outcome
 *   good      unlisted  good
 *   good      listed    revoked where OCSP is older, otherwise in doubt
 *   good      on hold   on hold where OCSP is older; otherwise good, released since
 *   good      absent    good
 *   good      out       good: the nonce makes the answer newer than any CRL that could be had
 *   good      bad       in doubt: somebody serves a false CRL
 *   revoked   unlisted  revoked; in doubt where the CRL is newer and the certificate has not expired
 *   revoked   any else  revoked
 *   on hold   unlisted  on hold; good where the CRL is newer, released since
 *   on hold   listed    revoked; on hold beside on hold
 *   on hold   any else  on hold
 *   unknown   listed    revoked, or on hold
 *   unknown   any else  unknown: a serial number that the responder never saw may be forged
 *   absent    unlisted  good
 *   out       unlisted  in doubt: the CRL may be older than a revocation that OCSP would show
 *   bad       unlisted  in doubt
 *   any       listed    revoked, or on hold
 *   absent    absent    in doubt
 *   otherwise           in doubt; unreachable where nothing else stands in the way
 *
 * `good` then becomes in doubt outside the validity of the certificate or of its CA.
 */
export const judgeStatus = (
  ocsp: Finding,
  crl: Finding,
  certificate: {
    readonly notAfter: Date;
    /** A sentence about what else keeps the certificate from being good. */
    readonly obstacle?: string;
  },
): Verdict => {
  const status = combine(ocsp, crl, certificate.notAfter);
  return status.outcome === 'good' && certificate.obstacle !== undefined
    ? verdict('inDoubt', certificate.obstacle)
    : status;
};

const combine = (ocsp: Finding, crl: Finding, notAfter: Date): Verdict => {
  if (isKnown(ocsp) && isKnown(crl)) return both(ocsp, crl, notAfter);
  if (isKnown(crl) && crl.says !== 'good') return taken(crl, 'The CRL');
  if (ocsp.says === 'unknown') return verdict('unknown', 'The OCSP responder does not know it.');
  if (!isKnown(ocsp)) return withoutOcsp(ocsp, crl);
  return ocsp.says === 'good' && crl.says === 'nothing' && crl.why === 'unusable'
    ? verdict(
        'inDoubt',
        `OCSP says that it is good, but there is a CRL that cannot be relied on: ${crl.detail}`,
      )
    : taken(ocsp, 'OCSP');
};

const withoutOcsp = (ocsp: Finding, crl: Finding): Verdict => {
  const reasons = [ocsp, crl].map((finding) => (finding.says === 'nothing' ? finding.why : undefined));
  if (isKnown(crl)) {
    return reasons[0] === 'absent'
      ? taken(crl, 'The CRL', ', the only source,')
      : verdict('inDoubt', 'The CRL does not list it, but may be older than what OCSP would have said.');
  }
  const isOut =
    reasons.includes('unreachable') && reasons.every((one) => one === 'unreachable' || one === 'absent');
  return isOut
    ? verdict('unreachable', 'No source of its status could be reached.')
    : verdict('inDoubt', 'No source of its status gave an answer that can be relied on.');
};
