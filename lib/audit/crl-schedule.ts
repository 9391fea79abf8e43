import type { CertificateFacts } from './certificate-facts.ts';
import type { Report } from './contract.ts';
import type { Publications } from './publications.ts';

/** A CRL that comes this much after the end of the one before it was only a little late. */
const TOLERANCE_MS = 600_000;

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Names each time in which a CA had no CRL in force: between two CRLs, and since the newest one while certificates of the
 * CA go on (RFC 5280 3.3). The end of the CA's own certificate ends its last CRL.
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
  for (const ca of publications.cas.keys()) {
    const own = publications.currentOnes(ca);
    for (const { number, previous, thisUpdate, record } of own) {
      const before = previous === undefined ? undefined : publications.of(ca).get(previous);
      if (thisUpdate === undefined || before?.nextUpdate === undefined) continue;
      if (thisUpdate <= before.nextUpdate + TOLERANCE_MS) continue;
      const facts = {
        before: before.number,
        nextUpdate: iso(before.nextUpdate),
        thisUpdate: iso(thisUpdate),
      };
      report('crl-gap', { ca, number, record, ...facts });
    }
    const [newest, last] = [own.at(-1), lastEnd.get(ca)];
    if (newest?.nextUpdate === undefined || !last) continue;
    if (newest.nextUpdate + TOLERANCE_MS >= now || last.notAfter <= now) continue;
    report('crl-stopped', {
      ca,
      number: newest.number,
      nextUpdate: iso(newest.nextUpdate),
      certificate: last.certificate,
      notAfter: iso(last.notAfter),
    });
  }
};
