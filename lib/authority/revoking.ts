import { isDeepStrictEqual } from 'node:util';
import { actingOfficeOf, officesOf } from '../acting-office.ts';
import { type KeyOwner, raised } from '../compromise.ts';
import { Fault } from '../fault.ts';
import type { ActDraft, ActRecord } from '../ledger/ledger.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { RevocationEntry } from '../status/status.ts';
import type { Value } from '../store/store.ts';
import { serves } from '../tenant.ts';
import { unknownCertificate } from './certificates.ts';
import type { Authority, Revocation, RevocationOutcome } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { type IssuedAs, readIssuedAs } from './issued-as.ts';
import { CA_PROFILE } from './own-certificates.ts';
import { assertKeyKnown, readInvalidityDate, readReportedAt } from './reported-times.ts';
import {
  type ActedState,
  askingOf,
  entryDetails,
  type RevocationTerms,
  reportDetails,
  type Standing,
  timeText,
} from './status-acts.ts';
import { openStatusRows, type StatusRowDeps } from './status-rows.ts';
import { awaitedView, type TwoPersons } from './two-persons.ts';

type Closed = Extract<ActedState, RevocationEntry>;

export const revocationOf = ({ state, revocationTime, reason, invalidityDate }: Closed): Revocation => ({
  status: state,
  revocationTime: timeText(revocationTime),
  reason,
  ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
});

const ownerOf = ({ profile }: IssuedAs): KeyOwner => (profile === CA_PROFILE ? 'ca' : 'other');

/**
 * RFC 5280 5.3.1: cACompromise is for the certificates of CAs. The status of a certificate whose CA is compromised says it
 * too, and comes from the revocation of the CA. Fault: `reason-not-allowed`.
 */
const assertReason = (reason: string, issuedAs: IssuedAs): void => {
  if (reason !== 'cACompromise' || ownerOf(issuedAs) === 'ca') return;
  throw new Fault(
    'reason-not-allowed',
    'cACompromise is a reason for certificates of CAs only (RFC 5280 5.3.1); if the key of this certificate is compromised, the reason is keyCompromise.',
    { reason },
  );
};

const alreadyRevoked = (now: Closed): Fault =>
  new Fault(
    'already-revoked',
    'The certificate is revoked already, for another reason or with another invalidity date, and this changes nothing; facts.revocation says what stands.',
    { revocation: revocationOf(now) },
  );

/** Seconds from a report to the revocation, for certificates that no profile of the trust domain is about. */
const USUAL_TERM = 86_400;

/**
 * Officers act on the certificates of their own office, and of those whose affairs it has taken over. Operators of a
 * tenant act on the certificates of that tenant. All others are unknown to them.
 */
export const assertMayAct = (
  actor: Principal,
  { tenant, office }: Pick<IssuedAs, 'tenant' | 'office'>,
): void => {
  if (actor.role === 'operator' && serves(actor, tenant)) return;
  if (office !== undefined && officesOf(actor).includes(office)) return;
  throw unknownCertificate();
};

/** Auditors see what operators may act on. Fault: `unknown-certificate`. */
export const assertSees = (actor: Principal, issuedAs: Pick<IssuedAs, 'tenant' | 'office'>): void => {
  if (actor.role === 'auditor' && serves(actor, issuedAs.tenant)) return;
  assertMayAct(actor, issuedAs);
};

/** The part of the authority's contract that is about revoking. */
export type Revoking = Pick<Authority, 'revoke' | 'hold' | 'release' | 'withdrawRevocation'>;

/**
 * Every change follows the same order. The acts so far are read, and decide what may follow. The act is concluded under the
 * next number: then it has happened. The rows follow. A crash before the act leaves nothing; a crash after it leaves an act
 * whose rows the next call makes. Where another act took the number first, everything is read again.
 */
export const openRevoking = (
  deps: StatusRowDeps & Pick<AuthorityDeps, 'trustDomain' | 'clock'>,
  twoPersons: TwoPersons,
): Revoking => {
  const { recorder, clock } = deps;
  const { follow } = openStatusRows(deps);

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  /** Fault: `unknown-certificate`, also where the actor may not act on it. */
  const read = async (actor: Principal, ref: CertificateRef): Promise<IssuedAs> => {
    const issuedAs = await readIssuedAs(deps, ref);
    assertMayAct(actor, issuedAs);
    return issuedAs;
  };

  /** The record of the act; undefined where another act was first. */
  const act = async (ref: CertificateRef, issuedAs: IssuedAs, standing: Standing, draft: ActDraft) => {
    const { record, isOurs } = await recorder.conclude(draft, standing.next);
    if (!isOurs) return undefined;
    await follow(ref, issuedAs);
    return record as ActRecord;
  };

  const draftOf = (
    kind: 'revocation' | 'hold' | 'release',
    actor: Principal,
    ref: CertificateRef,
    { tenant, office }: IssuedAs,
    details: Value,
  ): ActDraft => ({
    kind,
    actor: actor.id,
    certificates: [ref],
    ...(tenant !== undefined && { tenant }),
    ...(office !== undefined && { office }),
    details: { ...details, ...(office !== undefined && actingOfficeOf(actor, office)) },
  });

  /** Revokes or holds, or asks for it where it takes two persons. Undefined where another act was first. */
  const close = async (
    actor: Principal,
    ref: CertificateRef,
    issuedAs: IssuedAs,
    standing: Standing,
    terms: RevocationTerms,
    entry: RevocationEntry,
    { reportedAt, details = {} }: { readonly reportedAt?: number | undefined; readonly details?: Value } = {},
  ): Promise<RevocationOutcome | undefined> => {
    const next = twoPersons.next(actor, ref, standing, issuedAs, terms, reportedAt);
    if (next.step === 'wait') return { awaiting: next.awaiting, first: false };
    if (next.step === 'ask') {
      const asked = await act(ref, issuedAs, standing, next.draft);
      return asked && { awaiting: awaitedView(askingOf(asked)), first: true };
    }
    const isHold = terms.status === 'hold';
    const draft = draftOf(isHold ? 'hold' : 'revocation', actor, ref, issuedAs, {
      ...entryDetails(entry),
      ...(!isHold && { before: standing.now.state, term: termOf(issuedAs) }),
      ...details,
      ...reportDetails(reportedAt),
      ...next.details,
    });
    if (!(await act(ref, issuedAs, standing, draft))) return undefined;
    return { revocation: revocationOf({ state: terms.status, ...entry }), first: true };
  };

  /** A report about a certificate that is revoked. Undefined where another act was first. Fault: `already-revoked`. */
  const raise = async (
    actor: Principal,
    ref: CertificateRef,
    issuedAs: IssuedAs,
    standing: Standing,
    now: Closed,
    asked: Omit<RevocationTerms, 'status'>,
    reportedAt: number | undefined,
  ): Promise<RevocationOutcome | undefined> => {
    const { reason, invalidityDate } = asked;
    const terms = raised(ownerOf(issuedAs), now, asked);
    if (terms === undefined) {
      const isSaid =
        now.reason === reason && (invalidityDate === undefined || now.invalidityDate === invalidityDate);
      // The answer to this person's first call may have been lost, and the revocation raised since.
      const isRepeated = standing.obeyed.some(
        ({ by, ...terms }) => by === actor.id && isDeepStrictEqual(terms, asked),
      );
      if (isSaid || isRepeated) return { revocation: revocationOf(now), first: false };
      throw alreadyRevoked(now);
    }
    const { revocationTime } = now;
    const isTaken = terms.invalidityDate === invalidityDate;
    const done = await close(
      actor,
      ref,
      issuedAs,
      standing,
      { status: 'revoked', ...terms },
      { revocationTime, ...terms },
      {
        reportedAt,
        details: {
          raises: standing.revokedBy as string,
          // The known date is earlier than the reported one, and stays.
          ...(!isTaken && invalidityDate !== undefined && { reported: timeText(invalidityDate) }),
        },
      },
    );
    return done?.revocation ? { ...done, raised: true } : done;
  };

  const profileOf = ({ profile }: IssuedAs) => deps.trustDomain.profiles.find(({ id }) => id === profile);
  const holdRule = (issuedAs: IssuedAs) => profileOf(issuedAs)?.hold ?? 'notAllowed';
  const termOf = (issuedAs: IssuedAs): number => profileOf(issuedAs)?.revocationTerm ?? USUAL_TERM;

  return {
    revoke: async (actor, ref, { reason, invalidityDate: given, reportedAt: reported }) => {
      const invalidityDate = given === undefined ? undefined : readInvalidityDate(given, nowSeconds());
      const reportedAt = reported === undefined ? undefined : readReportedAt(reported, nowSeconds());
      const asked = { reason, ...(invalidityDate !== undefined && { invalidityDate }) };
      const issuedAs = await read(actor, ref);
      assertReason(reason, issuedAs);
      await assertKeyKnown(recorder, invalidityDate, issuedAs);
      for (;;) {
        const standing = await follow(ref, issuedAs);
        const { now } = standing;
        if (now.state === 'revoked') {
          const outcome = await raise(actor, ref, issuedAs, standing, now, asked, reportedAt);
          if (outcome) return outcome;
          continue;
        }
        // A certificate that was on hold has not been good since then, so its revocation begins with the hold. A later
        // time in the final entry would make a signature valid that was made during the hold.
        const revocationTime = now.state === 'hold' ? now.revocationTime : nowSeconds();
        const terms = { status: 'revoked', ...asked } as const;
        const entry = { revocationTime, ...asked };
        const done = await close(actor, ref, issuedAs, standing, terms, entry, { reportedAt });
        if (done) return done;
      }
    },

    hold: async (actor, ref) => {
      const issuedAs = await read(actor, ref);
      const isFinal = holdRule(issuedAs) === 'final' && { final: true as const };
      for (;;) {
        const standing = await follow(ref, issuedAs);
        const { now } = standing;
        if (now.state === 'hold') return { revocation: revocationOf(now), first: false, ...isFinal };
        if (now.state === 'revoked') {
          throw new Fault(
            'already-revoked',
            'The certificate is revoked; a revoked certificate cannot be put on hold.',
            { revocation: revocationOf(now) },
          );
        }
        if (holdRule(issuedAs) === 'notAllowed') {
          throw new Fault(
            'hold-not-allowed',
            'Certificates of this profile cannot be put on hold; revoke it instead.',
          );
        }
        const terms = { status: 'hold', reason: 'certificateHold' } as const;
        const entry = { revocationTime: nowSeconds(), reason: 'certificateHold' } as const;
        const done = await close(actor, ref, issuedAs, standing, terms, entry);
        if (done) return done.revocation ? { ...done, ...isFinal } : done;
      }
    },

    withdrawRevocation: async (actor, ref) => {
      // A certificate that takes two persons belongs to no office, so only operators may take its revocation back.
      if (actor.role !== 'operator') throw unknownCertificate();
      const issuedAs = await read(actor, ref);
      for (;;) {
        const standing = await follow(ref, issuedAs);
        if (await act(ref, issuedAs, standing, twoPersons.withdrawal(actor, ref, standing, issuedAs))) return;
      }
    },

    release: async (actor, ref) => {
      const issuedAs = await read(actor, ref);
      for (;;) {
        const standing = await follow(ref, issuedAs);
        const { now } = standing;
        if (now.state === 'revoked') {
          throw new Fault('already-revoked', 'The certificate is revoked, and a revocation is for ever.', {
            revocation: revocationOf(now),
          });
        }
        if (now.state === 'good') throw new Fault('not-on-hold', 'The certificate is not on hold.');
        if (holdRule(issuedAs) !== 'releasable') {
          throw new Fault('hold-not-releasable', 'A hold on certificates of this profile is never released.');
        }
        if (await act(ref, issuedAs, standing, draftOf('release', actor, ref, issuedAs, {}))) return;
      }
    },
  };
};
