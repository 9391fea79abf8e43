import { Fault } from '../fault.ts';
import type { ActDraft } from '../ledger/ledger.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { addPeriod } from '../trust-domain/trust-domain.ts';
import type { AwaitedRevocation } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuedAs } from './issued-as.ts';
import { CA_PROFILE, RESPONDER_PROFILE } from './own-certificates.ts';
import { type Asking, type RevocationTerms, reportDetails, type Standing, timeText } from './status-acts.ts';

/**
 * It takes two persons to revoke a certificate of a CA, of an OCSP responder or of the service's own doors: one operator
 * asks, and another operator asks for the same. The asking is a signed act among the acts on the certificate's status
 * (status-acts.ts). Its use and its withdrawal take the same next number, so only one of them happens. No row says that
 * somebody asked.
 *
 * One operator may revoke the certificate of a principal. A lost credential has to be stopped at once, and where there are
 * two operators, the one who would have to confirm may be the one who lost it.
 */
export interface TwoPersons {
  /**
   * What this person's act comes to: the two persons are there, or one is enough (`go`, with details for the record); the
   * asking has to be recorded first (`ask`); or nothing is to be done, since this person has asked before (`wait`). An
   * `issuedAs` without a profile counts as one of the service's own certificates. Fault: `confirmation-differs` where a
   * different revocation awaits its confirmation.
   */
  next(
    actor: Principal,
    ref: CertificateRef,
    standing: Standing,
    issuedAs: Pick<IssuedAs, 'profile' | 'tenant'>,
    asked: RevocationTerms,
    /** Unix seconds: when the reason was reported. It is no part of what both persons have to say alike. */
    reportedAt?: number,
  ): NextStep;
  /** The revocation that awaits its confirmation, if there is one. */
  awaited(standing: Standing): AwaitedRevocation | undefined;
  /** The draft of a withdrawal. Any operator may take back what another one asked for. Fault: `nothing-awaited`. */
  withdrawal(
    actor: Principal,
    ref: CertificateRef,
    standing: Standing,
    issuedAs: Pick<IssuedAs, 'tenant'>,
  ): ActDraft;
}

export type NextStep =
  | { readonly step: 'go'; readonly details: Value }
  | { readonly step: 'ask'; readonly draft: ActDraft }
  | { readonly step: 'wait'; readonly awaiting: AwaitedRevocation };

const termsOf = ({ status, reason, invalidityDate }: RevocationTerms) => ({
  status,
  reason,
  ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
});

export const awaitedView = (asking: Asking): AwaitedRevocation => ({
  ...termsOf(asking),
  ...(asking.raises !== undefined && { raises: true }),
  askedBy: asking.askedBy,
  askedAt: timeText(asking.askedAt),
  lapsesAt: timeText(asking.lapsesAt),
});

const isSame = (a: RevocationTerms, b: RevocationTerms): boolean =>
  a.status === b.status && a.reason === b.reason && a.invalidityDate === b.invalidityDate;

export const openTwoPersons = ({
  trustDomain,
  clock,
}: Pick<AuthorityDeps, 'trustDomain' | 'clock'>): TwoPersons => {
  const own = new Set([CA_PROFILE, RESPONDER_PROFILE, trustDomain.operations.service.id]);

  const inForce = ({ asking }: Standing): Asking | undefined =>
    asking !== undefined && Math.floor(clock() / 1000) < asking.lapsesAt ? asking : undefined;

  const askingDraft = (
    actor: Principal,
    ref: CertificateRef,
    { revokedBy }: Standing,
    { tenant }: Pick<IssuedAs, 'tenant'>,
    asked: RevocationTerms,
    reportedAt: number | undefined,
  ): ActDraft => {
    const lapsesAt = addPeriod(new Date(clock()), trustDomain.acts.lapse.revocation);
    return {
      kind: 'confirmation',
      actor: actor.id,
      certificates: [ref],
      ...(tenant !== undefined && { tenant }),
      details: {
        act: 'asked',
        ...termsOf(asked),
        ...(revokedBy !== undefined && { raises: revokedBy }),
        ...reportDetails(reportedAt),
        person: actor.person,
        lapsesAt: timeText(Math.floor(lapsesAt.getTime() / 1000)),
      },
    };
  };

  return {
    next: (actor, ref, standing, issuedAs, asked, reportedAt) => {
      const { profile } = issuedAs;
      if (profile !== undefined && !own.has(profile)) return { step: 'go', details: {} };
      const asking = inForce(standing);
      if (asking === undefined) {
        return { step: 'ask', draft: askingDraft(actor, ref, standing, issuedAs, asked, reportedAt) };
      }
      const awaiting = awaitedView(asking);
      if (!isSame(asking, asked)) {
        throw new Fault(
          'confirmation-differs',
          'A different revocation awaits its confirmation for this certificate; confirm that one, or withdraw it first.',
          { awaiting },
        );
      }
      if (asking.person === actor.person) return { step: 'wait', awaiting };
      const { record: confirms, askedBy, person: askedByPerson } = asking;
      const { askedAt } = awaiting;
      const confirmed = { confirms, askedBy, askedByPerson, askedAt, person: actor.person } as Value;
      return { step: 'go', details: { ...confirmed, ...reportDetails(asking.reportedAt, reportedAt) } };
    },

    awaited: (standing) => {
      const asking = inForce(standing);
      return asking && awaitedView(asking);
    },

    withdrawal: (actor, ref, standing, { tenant }) => {
      const asking = inForce(standing);
      if (asking === undefined) {
        throw new Fault('nothing-awaited', 'No revocation of this certificate awaits its confirmation.');
      }
      const { askedBy, record: withdraws, lapsesAt } = asking;
      return {
        kind: 'confirmation',
        actor: actor.id,
        certificates: [ref],
        ...(tenant !== undefined && { tenant }),
        details: {
          act: 'withdrawn',
          ...termsOf(asking),
          lapsesAt: timeText(lapsesAt),
          askedBy,
          withdraws,
          person: actor.person,
        },
      };
    },
  };
};
