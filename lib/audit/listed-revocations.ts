import type { CrlScope } from '../status/status.ts';
import {
  closingsBetween,
  type Entry,
  entryDiffers,
  SKEW_MS,
  settled,
  sinceOf,
  statesBetween,
} from './acts.ts';
import { type CertificateFacts, NO_ACTS } from './certificate-facts.ts';
import { actsUnder, authorityOf, type RecordedCompromise } from './compromises.ts';
import type { Report } from './contract.ts';
import { listId, type Publication, type Publications } from './publications.ts';
import { iso } from './tree.ts';

export interface ListedRevocation extends Entry {
  readonly serial: string;
}

/** What a CRL lists, and how it describes itself. */
export interface ListedRevocations {
  readonly partition: string;
  /** The scope in its issuingDistributionPoint; absent where that limits no kind of certificate. */
  readonly only?: CrlScope | undefined;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly thisUpdate: Date;
  readonly entries: readonly ListedRevocation[];
  /** The addresses in its issuingDistributionPoint; absent where it has none or that one names no address. */
  readonly addresses?: readonly string[] | undefined;
}

/** A clock that was ahead by up to this may have recorded a revocation that a CRL already lists. */
const AHEAD_MS = 86_400_000;

interface Judged {
  readonly known: ReadonlyMap<string, CertificateFacts>;
  readonly publications: Publications;
  /** By CA: the compromise of its key. From then on its CRLs list all its certificates. */
  readonly compromised: ReadonlyMap<string, RecordedCompromise>;
  readonly report: Report;
}

/**
 * Compares a CRL with the acts that were recorded when it was made: from `madeAt` in the record of its publication to the time
 * of that record. It must list what was revoked or on hold all that time, and nothing that was good all that time. A released
 * certificate may come back, so each CRL is judged by its own time. thisUpdate is backdated, so it counts only for a CRL
 * without a record.
 */
export const openListedRevocations = ({ known, publications, compromised, report }: Judged) => {
  /** Certificates that can be on a CRL, by CA: those with acts, and all of a CA whose key is compromised. */
  const closed = Map.groupBy(
    [...known].filter(
      ([certificate, { acts = NO_ACTS }]) => acts.length > 0 || compromised.has(authorityOf(certificate)),
    ),
    ([certificate]) => authorityOf(certificate),
  );

  /** A CRL whose record says a wider scope than its bytes must list what the record promises. */
  const covers = (only: CrlScope | undefined, facts: CertificateFacts | undefined): boolean =>
    only === undefined || (only === 'onlyContainsCACerts') === (facts?.issuance?.profile === 'ca');

  const checkEntry = (
    ca: string,
    crl: ListedRevocations,
    entry: ListedRevocation,
    {
      madeAt,
      until,
      only,
    }: { readonly madeAt: number; readonly until: number; readonly only: CrlScope | undefined },
  ): void => {
    const certificate = `${ca}/${entry.serial}`;
    const facts = known.get(certificate);
    const acts = settled(actsUnder(facts?.acts ?? NO_ACTS, compromised.get(ca)));
    if (!facts?.issuance) report('serial-without-leaf', { certificate });
    if (sinceOf(acts) === undefined) {
      report('revocation-without-leaf', { certificate, crl: crl.digest });
      return;
    }
    const thisUpdate = crl.thisUpdate.getTime();
    // An entry whose time was in the future has the time of the CRL (status/crls/verdicts.ts).
    const to = entry.revocationTime === thisUpdate ? Math.max(until, madeAt + AHEAD_MS) : until;
    const states = statesBetween(acts, madeAt - SKEW_MS, to);
    if ((states.size === 1 && states.has('good')) || !covers(only, facts)) {
      report('crl-excess', { certificate, crl: crl.digest, thisUpdate: crl.thisUpdate.toISOString() });
      return;
    }
    const differs = entryDiffers(entry, closingsBetween(acts, madeAt - SKEW_MS, to), thisUpdate);
    if (differs) report('crl-differs', { certificate, crl: crl.digest, ...differs });
  };

  /**
   * Certificates that ended before this time may have left: a CRL before this one listed them after their end (RFC 5280
   * 3.3). Where that is not known, all may.
   */
  const mayLeaveBefore = (publication: Publication | undefined): number => {
    if (!publication) return Number.POSITIVE_INFINITY;
    const { list, number: own } = publication;
    const earlier = publications.currentOnes(list).filter(({ number }) => number < own);
    if (earlier.length === 0 && publications.mayBeExpired(list, own - 1)) return Number.POSITIVE_INFINITY;
    return Math.max(...earlier.map(({ thisUpdate = Number.POSITIVE_INFINITY }) => thisUpdate));
  };

  return {
    judge: (ca: string, crl: ListedRevocations): void => {
      const listed = new Set<string>();
      const publication = publications.byDigest(listId(ca, crl.partition), crl.digest);
      const { only } = publication ?? crl;
      const madeAt = publication?.madeAt ?? crl.thisUpdate.getTime();
      const until = publication ? Math.max(madeAt, publication.time) + SKEW_MS : Number.POSITIVE_INFINITY;
      const mayLeave = mayLeaveBefore(publication);
      for (const entry of crl.entries) {
        const certificate = `${ca}/${entry.serial}`;
        if (listed.has(certificate)) {
          report('crl-entry-repeated', { certificate, crl: crl.digest });
          continue;
        }
        listed.add(certificate);
        checkEntry(ca, crl, entry, { madeAt, until, only });
      }
      for (const [certificate, facts] of closed.get(ca) ?? []) {
        const { issuance, acts = NO_ACTS } = facts;
        if (!covers(only, facts)) continue;
        // A certificate that was recorded after the list was made cannot be in it.
        if (listed.has(certificate) || !issuance || issuance.time > madeAt - SKEW_MS) continue;
        const shown = actsUnder(acts, compromised.get(ca));
        if (statesBetween(shown, madeAt - SKEW_MS, until).has('good')) continue;
        if (issuance.notAfter >= madeAt)
          report('crl-incomplete', { certificate, ca, partition: crl.partition });
        else if (issuance.notAfter >= mayLeave) {
          report('crl-entry-left-early', {
            certificate,
            crl: crl.digest,
            notAfter: iso(issuance.notAfter),
            thisUpdate: crl.thisUpdate.toISOString(),
          });
        }
      }
    },
  };
};
