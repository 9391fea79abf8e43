import { phrase } from '../fault.ts';
import {
  type Certificate,
  type CertificateList,
  encodeName,
  findExtension,
  formatName,
  type RevokedCertificate,
} from '../pki/pki.ts';
import type { Finding, Silence, Statement } from './contract.ts';
import { checkDeltaSignature, entryWithDelta, isDelta, isOfSameScope } from './crl-delta.ts';
import { completeEntryFor, entryStatus } from './crl-entry.ts';
import type { CrlAtHand } from './crl-file.ts';
import { coveredReasons, EVERY_REASON, idpOf, isFrom, type Reasons } from './crl-scope.ts';
import { type Signers, signerOf } from './crl-signer.ts';
import { type Clock, checkWindow, silence, silenceOf, Unusable, unusableBy } from './finding.ts';
import type { Subject } from './ocsp.ts';

/** The status of a certificate by the CRLs at hand: RFC 5280 6.3.3. */

/** A CRL that was left out, and why. Without a digest: one that could not be had. */
export interface SetAside {
  readonly from: string;
  readonly sha256?: string;
  readonly finding: Silence;
}

export interface CrlFinding {
  readonly finding: Finding;
  /** The CRLs that the finding rests on; the one that decided comes first. */
  readonly by: readonly CrlAtHand[];
  readonly aside: readonly SetAside[];
}

export interface CrlJudge extends Signers {
  readonly clock: Clock;
}

/** A CRL with what is known of it: who signed it, and what it says. */
interface Judged {
  readonly crl: CrlAtHand;
  readonly statement: Statement;
  readonly reasons: Reasons;
}

type Readable = CrlAtHand & { readonly list: CertificateList };

const isReadable = (crl: CrlAtHand): crl is Readable => !(crl.list instanceof Unusable);

const checkTimes = ({ thisUpdate, nextUpdate }: CertificateList, clock: Clock): void =>
  checkWindow({ what: phrase`The CRL`, rule: 'RFC 5280 6.3.3 (a)', thisUpdate, nextUpdate }, clock);

const numberOf = ({ crlExtensions }: CertificateList): string | undefined =>
  findExtension(crlExtensions, 'cRLNumber')?.number.toString();

const statementOf = (list: CertificateList, entry: RevokedCertificate | undefined): Statement => {
  const number = numberOf(list);
  return {
    ...entryStatus(entry),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    signer: formatName(list.issuer),
    ...(number !== undefined && { number }),
  };
};

/** The scope; or none if the CRL lists the certificate anyway, since its issuer has then said that it is revoked. */
const reasonsFor = (
  list: CertificateList,
  certificate: Certificate,
  entry: RevokedCertificate | undefined,
): Reasons => {
  try {
    return coveredReasons(list, certificate);
  } catch (error) {
    // Serial numbers of attribute certificates are those of another issuer.
    if (entry && error instanceof Unusable && !idpOf(list)?.onlyContainsAttributeCerts) return 0;
    throw error;
  }
};

const RANK = { revoked: 0, hold: 1, good: 2, unknown: 3 } as const;

/**
 * A revocation is for good, whatever lists it, and whenever. Otherwise the newer list counts; of two of one second the one
 * with the higher number (RFC 5280 5.2.3), since a CA may issue a complete CRL and a delta at once.
 */
const outweighs = (found: Judged, decided: Judged): boolean => {
  if (decided.statement.says === 'revoked' || found.statement.says === 'revoked') {
    return decided.statement.says !== 'revoked';
  }
  const age = found.statement.thisUpdate.getTime() - decided.statement.thisUpdate.getTime();
  const ahead = BigInt(found.statement.number ?? 0) > BigInt(decided.statement.number ?? 0);
  return age > 0 || (age === 0 && (ahead || RANK[found.statement.says] < RANK[decided.statement.says]));
};

/** One complete CRL, with the deltas that go on top of it. */
const judgeComplete = async (
  crl: Readable,
  deltas: readonly Readable[],
  subject: Subject,
  judge: CrlJudge,
  leaveOut: (crl: CrlAtHand, why: Unusable) => void,
): Promise<Judged> => {
  const { list } = crl;
  const { certificate } = subject;
  const signer = await signerOf(list, subject, judge);
  const own = completeEntryFor(list, certificate);
  const reasons = reasonsFor(list, certificate, own);
  checkTimes(list, judge.clock);
  let decided: Judged = { crl, statement: statementOf(list, own), reasons };
  for (const delta of deltas.filter((one) => isOfSameScope(one.list, list))) {
    try {
      checkTimes(delta.list, judge.clock);
      checkDeltaSignature(delta.list, signer);
      const entry = entryWithDelta(list, delta.list, certificate);
      const found: Judged = { crl: delta, statement: statementOf(delta.list, entry), reasons };
      if (outweighs(found, decided)) decided = found;
    } catch (error) {
      leaveOut(delta, unusableBy(error, 'RFC 5280 5.2.4'));
    }
  }
  return decided;
};

/** One of the same CA that cannot be read and is newer than all that do not list the certificate: it may list it. */
const newerUnread = (judged: readonly Judged[], crls: readonly CrlAtHand[]): Silence | undefined => {
  const newest = Math.max(...judged.map(({ statement }) => statement.thisUpdate.getTime()));
  const issuers = judged.flatMap(({ crl: { list } }) =>
    list instanceof Unusable ? [] : [encodeName(list.issuer)],
  );
  for (const { list, outline } of crls) {
    if (!(list instanceof Unusable) || !outline || outline.thisUpdate.getTime() <= newest) continue;
    if (!issuers.some((issuer) => Buffer.compare(issuer, outline.issuer) === 0)) continue;
    const time = outline.thisUpdate.toISOString();
    return silence(
      'unusable',
      list.rule,
      phrase`A newer CRL of the CA, of ${time}, cannot be judged: ${list.phrase}`,
    );
  }
  return undefined;
};

/** A revocation or hold of any CRL counts; without one, all reasons have to be covered, and no newer CRL be unreadable. */
const combine = (
  judged: readonly Judged[],
  aside: readonly SetAside[],
  crls: readonly CrlAtHand[],
): CrlFinding => {
  const [worst, ...others] = judged.toSorted(
    (a, b) =>
      RANK[a.statement.says] - RANK[b.statement.says] ||
      a.statement.thisUpdate.getTime() - b.statement.thisUpdate.getTime(),
  );
  if (!worst) {
    const finding =
      aside[0]?.finding ??
      silence('absent', 'RFC 5280 6.3.3', phrase`There is no CRL of the certificate's CA.`);
    return { finding, by: [], aside };
  }
  const covered = judged.reduce((all, { reasons }) => all | reasons, 0);
  if (worst.statement.says === 'good' && covered !== EVERY_REASON) {
    const finding = silence('unusable', 'RFC 5280 6.3.3 (l)', phrase`The CRL covers some reasons only.`);
    return { finding, by: [], aside: [...aside, ...judged.map(({ crl }) => ({ ...crl, finding }))] };
  }
  const unread = worst.statement.says === 'good' ? newerUnread(judged, crls) : undefined;
  if (unread) return { finding: unread, by: [], aside };
  return { finding: worst.statement, by: [worst, ...others].map(({ crl }) => crl), aside };
};

/** Judges CRLs for a certificate. Those of other issuers are left out; where there are no others, one of them is named. */
export const judgeCrls = async (
  crls: readonly CrlAtHand[],
  subject: Subject,
  judge: CrlJudge,
): Promise<CrlFinding> => {
  const aside: SetAside[] = [];
  const leaveOut = ({ from, sha256 }: CrlAtHand, why: Unusable): void => {
    if (!aside.some((one) => one.sha256 === sha256)) aside.push({ from, sha256, finding: silenceOf(why) });
  };
  const readable = crls.filter(isReadable);
  const own = readable.filter(({ list }) => isFrom(list, subject.certificate));
  const deltas = own.filter(({ list }) => isDelta(list));
  const completes = own.filter(({ list }) => !isDelta(list));
  const judged: Judged[] = [];
  for (const crl of completes) {
    try {
      judged.push(await judgeComplete(crl, deltas, subject, judge, leaveOut));
    } catch (error) {
      leaveOut(crl, unusableBy(error, 'RFC 5280 5.1'));
    }
  }
  for (const delta of deltas) {
    if (judged.length === 0) {
      leaveOut(delta, new Unusable('RFC 5280 5.2.4', phrase`The CRL is a delta, which says nothing alone.`));
    } else if (!completes.some(({ list }) => isOfSameScope(delta.list, list))) {
      leaveOut(
        delta,
        new Unusable('RFC 5280 6.3.3 (c)', phrase`The delta CRL is not of the complete one's scope or key.`),
      );
    }
  }
  // Last, since they may be of other CAs.
  for (const crl of crls) if (crl.list instanceof Unusable) leaveOut(crl, crl.list);
  const [other] = readable;
  if (own.length === 0 && other) {
    leaveOut(other, new Unusable('RFC 5280 6.3.3 (b) (1)', phrase`The CRL is not of the certificate's CA.`));
  }
  return combine(judged, aside, crls);
};
