import type { CrlScope } from '../status/status.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import { authorityOf } from './compromises.ts';
import type { Report } from './contract.ts';
import type { Publication, Publications } from './publications.ts';
import { iso } from './tree.ts';

/** A CRL that comes this much after the end of the one before it was only a little late. */
const TOLERANCE_MS = 600_000;

type Timed = Publication & { readonly madeAt: number; readonly nextUpdate: number };

const isTimed = (one: Publication): one is Timed => one.madeAt !== undefined && one.nextUpdate !== undefined;

/** The CRLs that became current and cover this scope, by their times. */
const covering = (current: readonly Publication[], scope: CrlScope): readonly Timed[] =>
  current
    .filter(isTimed)
    .filter(({ only }) => only === undefined || only === scope)
    .toSorted((a, b) => a.madeAt - b.madeAt);

/** The scopes that need a CRL in force. The CA's own certificate is one where some list leaves it out. */
const scopesIn = (current: readonly Publication[]): readonly CrlScope[] =>
  current.some(({ only }) => only !== undefined)
    ? ['onlyContainsUserCerts', 'onlyContainsCACerts']
    : ['onlyContainsUserCerts'];

/**
 * Names each time in which certificates of a CA had no CRL in force that covers them: between two CRLs, and since the newest
 * one while certificates of the CA go on (RFC 5280 3.3). The end of the CA's own certificate ends its last CRL.
 */
export const checkCrlSchedule = (
  publications: Publications,
  known: ReadonlyMap<string, CertificateFacts>,
  { now, report }: { readonly now: number; readonly report: Report },
): void => {
  const lastEnd = new Map<string, { readonly certificate: string; readonly notAfter: number }>();
  for (const [certificate, { issuance }] of known) {
    if (!issuance || issuance.profile === 'ca') continue;
    const ca = authorityOf(certificate);
    const { notAfter } = issuance;
    if (notAfter > (lastEnd.get(ca)?.notAfter ?? 0)) lastEnd.set(ca, { certificate, notAfter });
  }
  for (const ca of publications.cas()) {
    const named = new Set<string>();
    const current = publications.listsOf(ca).flatMap((list) => publications.currentOnes(list));
    for (const scope of scopesIn(current)) {
      const { gaps, latest: newest } = walk(covering(current, scope), publications);
      for (const [before, one] of gaps) {
        if (named.has(one.record)) continue;
        named.add(one.record);
        report('crl-gap', {
          ca,
          partition: one.partition,
          number: one.number,
          record: one.record,
          before: before.number,
          nextUpdate: iso(before.nextUpdate),
          madeAt: iso(one.madeAt),
        });
      }
      const last = lastEnd.get(ca);
      if (!last || last.notAfter <= now) continue;
      if (newest && newest.nextUpdate + TOLERANCE_MS >= now) continue;
      // Where no CRL of a scope was ever current, nothing tells since when one is missing.
      if (!newest && scope === 'onlyContainsUserCerts') continue;
      report('crl-stopped', {
        ca,
        ...(newest
          ? { partition: newest.partition, number: newest.number, nextUpdate: iso(newest.nextUpdate) }
          : { scope }),
        certificate: last.certificate,
        notAfter: iso(last.notAfter),
      });
    }
  }
};

/**
 * The CRL that holds longest; and each that came late, with the one that held longest before it. A CRL whose predecessor is not
 * known says nothing.
 */
const walk = (
  chain: readonly Timed[],
  publications: Publications,
): { readonly gaps: readonly (readonly [Timed, Timed])[]; readonly latest: Timed | undefined } => {
  const gaps: (readonly [Timed, Timed])[] = [];
  let latest: Timed | undefined;
  for (const one of chain) {
    const isKnown = !one.previous || publications.of(one.list).get(one.previous)?.nextUpdate !== undefined;
    if (latest && isKnown && one.madeAt > latest.nextUpdate + TOLERANCE_MS) gaps.push([latest, one]);
    if (latest === undefined || one.nextUpdate >= latest.nextUpdate) latest = one;
  }
  return { gaps, latest };
};
