import { Fault } from '../fault.ts';
import type { ActDraft, ActRecord } from '../ledger/ledger.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { addPeriod } from '../trust-domain/trust-domain.ts';
import { unknownCertificate } from './certificates.ts';
import type { Authority, AwaitedCorrection } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { type IssuedAs, readIssuedAs } from './issued-as.ts';
import { type AskedCorrection, correctionOf, timeText } from './status-acts.ts';
import { digestsOfClosings, isExplained, openStatusRows, type StatusRowDeps } from './status-rows.ts';

/**
 * A row that is closed without an act stays closed, since it may be all that is left of an act. Two operators of the service who have looked
 * into it have the rows say what the acts say. The first asks, and the second asks for the same; both are signed acts on the
 * status of the certificate (status-acts.ts). They name what the rows said by digests, so another row that somebody puts
 * afterwards is not covered, and the same one is.
 */
export const openCorrecting = (
  deps: StatusRowDeps & Pick<AuthorityDeps, 'trustDomain' | 'clock'>,
): Pick<Authority, 'correctStatus'> => {
  const { recorder, register, trustDomain, clock } = deps;
  const { follow } = openStatusRows(deps);

  const isInForce = ({ lapsesAt }: AskedCorrection): boolean => Math.floor(clock() / 1000) < lapsesAt;

  const asked = (rows: readonly string[]): Value => {
    const lapsesAt = addPeriod(new Date(clock()), trustDomain.acts.lapse.revocation);
    return { act: 'correction-asked', rows, lapsesAt: timeText(Math.floor(lapsesAt.getTime() / 1000)) };
  };

  const confirmation = (
    actor: Principal,
    ref: CertificateRef,
    { tenant }: IssuedAs,
    details: Value,
  ): ActDraft => ({
    kind: 'confirmation',
    actor: actor.id,
    certificates: [ref],
    ...(tenant !== undefined && { tenant }),
    details: { ...details, person: actor.person },
  });

  /** A row may be all that there is: somebody closed a number that was never issued. Fault: `unknown-certificate`. */
  const issuedAsOf = async (ref: CertificateRef): Promise<IssuedAs> => {
    try {
      return await readIssuedAs(deps, ref);
    } catch (error) {
      if (!Fault.is(error, 'unknown-certificate') || !(await register.listed(ref))) throw error;
      return { request: '', notAfter: 0 };
    }
  };

  return {
    correctStatus: async (actor, ref) => {
      if (actor.role !== 'operator' || actor.tenant !== undefined) throw unknownCertificate();
      const issuedAs = await issuedAsOf(ref);
      for (;;) {
        const standing = await follow(ref, issuedAs);
        const closed = await register.read(ref);
        if (isExplained(standing, closed)) {
          throw new Fault(
            'nothing-to-correct',
            'The rows of this certificate say what its acts say; there is nothing to correct.',
          );
        }
        const rows = digestsOfClosings(closed);
        const { correction } = standing;
        const isAsked =
          correction !== undefined && isInForce(correction) && correction.rows.join() === rows.join();
        if (isAsked && correction.person === actor.person)
          return { awaiting: viewOf(correction), first: false };
        const { record, isOurs } = await recorder.conclude(
          confirmation(actor, ref, issuedAs, isAsked ? corrected(correction) : asked(rows)),
          standing.next,
        );
        if (!isOurs) continue;
        await follow(ref, issuedAs);
        return isAsked
          ? { corrected: true, first: true }
          : { awaiting: viewOf(correctionOf(record as ActRecord)), first: true };
      }
    },
  };
};

const corrected = ({ record, askedBy, person, askedAt, rows }: AskedCorrection): Value =>
  ({
    act: 'corrected',
    rows,
    confirms: record,
    askedBy,
    askedByPerson: person,
    askedAt: timeText(askedAt),
  }) as Value;

const viewOf = ({ askedBy, askedAt, lapsesAt }: AskedCorrection): AwaitedCorrection => ({
  askedBy,
  askedAt: timeText(askedAt),
  lapsesAt: timeText(lapsesAt),
});
