import type { CrlScope } from '../status/status.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { Report } from './contract.ts';
import type { Publication, Publications } from './publications.ts';

/** A CRL that comes this much after the end of the one before it was only a little late. */
const TOLERANCE_MS = 600_000;

const iso = (ms: number): string => new Date(ms).toISOString();

type Timed = Publication & { readonly madeAt: number; readonly nextUpdate: number };

const isTimed = (one: Publication): one is Timed => one.madeAt !== undefined && one.nextUpdate !== undefined;

/** The CRLs that became current and cover such certificates, of all lists of a CA, by their times. */
const covering = (publications: Publications, ca: string, scope: CrlScope): readonly Timed[] =>
  publications
    .listsOf(ca)
    .flatMap((list) => publications.currentOnes(list))
    .filter(isTimed)
    .filter(({ only }) => only === undefined || only === scope)
    .toSorted((a, b) => a.madeAt - b.madeAt);

/** The certificates of users always have to be covered, and the CA's own has a list of its own where another is narrower. */
const scopesOf = (publications: Publications, ca: string): readonly CrlScope[] => {
  const all = publications.listsOf(ca).flatMap((list) => publications.currentOnes(list));
  return all.some(({ only }) => only !== undefined)
    ? ['onlyContainsUserCerts', 'onlyContainsCACerts']
    : ['onlyContainsUserCerts'];
};

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
    const ca = certificate.slice(0, certificate.indexOf('/'));
    const { notAfter } = issuance;
    if (notAfter > (lastEnd.get(ca)?.notAfter ?? 0)) lastEnd.set(ca, { certificate, notAfter });
  }
  for (const ca of publications.cas()) {
    const named = new Set<string>();
    for (const scope of scopesOf(publications, ca)) {
      const chain = covering(publications, ca, scope);
      for (const [before, one] of gapsIn(chain, publications)) {
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
      const newest = latestOf(chain);
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

const latestOf = (chain: readonly Timed[]): Timed | undefined =>
  chain.reduce<Timed | undefined>(
    (latest, one) => (latest === undefined || one.nextUpdate >= latest.nextUpdate ? one : latest),
    undefined,
  );

/** Each CRL that came late, with the one that held longest before it. A CRL whose predecessor is not known says nothing. */
const gapsIn = function* (
  chain: readonly Timed[],
  publications: Publications,
): Generator<readonly [Timed, Timed], void> {
  let latest: Timed | undefined;
  for (const one of chain) {
    const isKnown = !one.previous || publications.of(one.list).get(one.previous)?.nextUpdate !== undefined;
    if (latest && isKnown && one.madeAt > latest.nextUpdate + TOLERANCE_MS) yield [latest, one];
    if (latest === undefined || one.nextUpdate >= latest.nextUpdate) latest = one;
  }
};
