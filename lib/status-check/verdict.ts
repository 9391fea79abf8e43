import { type Phrase, phrase } from '../fault.ts';
import type { Finding, Outcome, Statement, Verdict } from './contract.ts';

export const verdict = (outcome: Outcome, rule: string, because: Phrase): Verdict => ({
  outcome,
  rule,
  because,
});

type Known = Statement & { readonly says: 'good' | 'revoked' | 'hold' };

const isKnown = (finding: Finding): finding is Known =>
  finding.says !== 'nothing' && finding.says !== 'unknown';

const RANK = { good: 0, hold: 1, revoked: 2 } as const;

const OUTCOME = { good: 'good', hold: 'onHold', revoked: 'revoked' } as const;

type Source = 'ocsp' | 'crl';

const SAYS: Readonly<Record<Source, Readonly<Record<Known['says'], Phrase>>>> = {
  ocsp: {
    good: phrase`OCSP says that it is good.`,
    hold: phrase`OCSP says that it is on hold.`,
    revoked: phrase`OCSP says that it is revoked.`,
  },
  crl: {
    good: phrase`The CRL does not list it.`,
    hold: phrase`The CRL lists it as on hold.`,
    revoked: phrase`The CRL lists it as revoked.`,
  },
};

const SAYS_NEWER: typeof SAYS = {
  ocsp: {
    good: phrase`OCSP, the newer of both, says that it is good.`,
    hold: phrase`OCSP, the newer of both, says that it is on hold.`,
    revoked: phrase`OCSP, the newer of both, says that it is revoked.`,
  },
  crl: {
    good: phrase`The CRL, the newer of both, does not list it.`,
    hold: phrase`The CRL, the newer of both, lists it as on hold.`,
    revoked: phrase`The CRL, the newer of both, lists it as revoked.`,
  },
};

const taken = (finding: Known, because: Phrase): Verdict =>
  verdict(OUTCOME[finding.says], finding.rule, because);

/** RFC 5280 3.3, 5.3.1: an entry stays on the CRL, and only a hold can end. */
const FINAL = 'RFC 5280 3.3';

/** A source knows of a hold or revocation at least until that began, however far back its thisUpdate is dated. */
const since = ({ thisUpdate, revocation }: Known): number =>
  Math.max(thisUpdate.getTime(), revocation?.time.getTime() ?? 0);

/** A CRL of the future knows of no hold that OCSP tells of now. Its times have whole seconds. */
const asOf = (crl: Known, at: number): Known => {
  const now = new Date(Math.floor(at / 1000) * 1000);
  return crl.says === 'good' && crl.thisUpdate > now ? { ...crl, thisUpdate: now } : crl;
};

/**
 * Both sources say something. The newer one counts; if both are of the same second, the worse one. A final revocation
 * cannot be undone, so a newer source without it leaves the status in doubt. The one exception is a newer CRL that
 * leaves the certificate out because it has expired (RFC 5280 3.3).
 */
const both = (ocsp: Known, crl: Known, notAfter: Date): Verdict => {
  const age = since(ocsp) - since(crl) || RANK[ocsp.says] - RANK[crl.says];
  const ocspCounts = age >= 0;
  const newer = ocspCounts ? ocsp : crl;
  const older = ocspCounts ? crl : ocsp;
  const source: Source = ocspCounts ? 'ocsp' : 'crl';
  if (newer.says === older.says) return taken(newer, SAYS[source][newer.says]);
  if (older.says !== 'revoked') return taken(newer, SAYS_NEWER[source][newer.says]);
  if (newer === crl && notAfter < crl.thisUpdate) {
    return verdict(
      'revoked',
      FINAL,
      phrase`OCSP says that it is revoked; the CRL no longer lists what has expired.`,
    );
  }
  return verdict(
    'inDoubt',
    FINAL,
    ocspCounts
      ? phrase`The CRL says that it is revoked, for good, and OCSP, which is newer, does not.`
      : phrase`OCSP says that it is revoked, for good, and the CRL, which is newer, does not.`,
  );
};

/**
 * What both sources together say of one certificate. `nothing` is split by why: absent (no such source), out (no
 * answer: unreachable or unavailable), bad (an answer that cannot be relied on).
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
 */
export const judgeStatus = (
  ocsp: Finding,
  crl: Finding,
  { notAfter }: { readonly notAfter: Date },
  at: number,
): Verdict => {
  if (isKnown(ocsp) && isKnown(crl)) return both(ocsp, asOf(crl, at), notAfter);
  if (isKnown(crl) && crl.says !== 'good') return taken(crl, SAYS.crl[crl.says]);
  if (ocsp.says === 'unknown') {
    return verdict('unknown', 'RFC 6960 2.2', phrase`The OCSP responder does not know it.`);
  }
  if (!isKnown(ocsp)) return withoutOcsp(ocsp, crl);
  return ocsp.says === 'good' && crl.says === 'nothing' && crl.why === 'unusable'
    ? verdict(
        'inDoubt',
        crl.rule,
        phrase`OCSP says that it is good, but there is a CRL that cannot be relied on: ${crl.detail}`,
      )
    : taken(ocsp, SAYS.ocsp[ocsp.says]);
};

/** RFC 5280 6.3.3, last paragraph: without a source that covers every reason, the status is UNDETERMINED. */
const UNDETERMINED = 'RFC 5280 6.3.3';

const withoutOcsp = (ocsp: Finding, crl: Finding): Verdict => {
  const silences = [ocsp, crl].flatMap((finding) => (finding.says === 'nothing' ? [finding] : []));
  if (isKnown(crl)) {
    return silences[0]?.why === 'absent'
      ? taken(crl, phrase`The CRL, the only source, does not list it.`)
      : verdict(
          'inDoubt',
          silences[0]?.rule ?? UNDETERMINED,
          phrase`The CRL does not list it, but may be older than what OCSP would have said.`,
        );
  }
  const isOut =
    silences.some(({ why }) => why === 'unreachable') &&
    silences.every(({ why }) => why === 'unreachable' || why === 'absent');
  if (isOut) return verdict('unreachable', UNDETERMINED, phrase`No source of its status could be reached.`);
  const unusable = silences.find(({ why }) => why === 'unusable') ?? silences[0];
  return verdict(
    'inDoubt',
    unusable?.rule ?? UNDETERMINED,
    phrase`No source of its status gave an answer that can be relied on. ${unusable?.detail ?? ''}`,
  );
};
