import { phrase } from '../fault.ts';
import type { Certificate } from '../pki/pki.ts';
import type { Silence } from './contract.ts';
import { type CrlFinding, type CrlJudge, judgeCrls } from './crl.ts';
import { type CrlAtHand, MAX_CRL_BYTES, readCrls } from './crl-file.ts';
import { isFrom } from './crl-scope.ts';
import { silence, Unusable } from './finding.ts';
import type { Inquiry } from './inquiry.ts';
import type { Subject } from './ocsp.ts';
import { crlAddresses, deltaAddresses } from './sources.ts';

const POINT = 'RFC 5280 4.2.1.13';

/** Adds what an address gives to the CRLs at hand; the silence if that is nothing. */
const fetchCrls = async ({ fetcher, crls }: Inquiry, url: URL): Promise<Silence | undefined> => {
  const fetched = await fetcher.file(url, MAX_CRL_BYTES);
  if (!('body' in fetched)) return fetched;
  const read = readCrls(fetched.body, fetched.url.href);
  crls.push(...read.filter(({ sha256 }) => !crls.some((known) => known.sha256 === sha256)));
  return undefined;
};

/** The CRLs at hand that may be about the certificate, and those that came from these addresses. */
export const relevantCrls = (
  crls: readonly CrlAtHand[],
  certificate: Certificate,
  addresses: ReadonlySet<string> = new Set(),
): readonly CrlAtHand[] =>
  crls.filter(
    ({ list, from }) => addresses.has(from) || (!(list instanceof Unusable) && isFrom(list, certificate)),
  );

const isAbsent = ({ finding }: CrlFinding): boolean => finding.says === 'nothing' && finding.why === 'absent';

/** By the CRLs that were given for it, and no others. */
const byGiven = async (
  given: readonly CrlAtHand[],
  quiet: Silence | undefined,
  subject: Subject,
  judge: CrlJudge,
): Promise<CrlFinding> => {
  const found = await judgeCrls(given, subject, judge);
  return isAbsent(found) && quiet ? { ...found, finding: quiet } : found;
};

/**
 * A certificate that is not listed is looked for in the deltas too that it, or its CRL, names (RFC 5280 4.2.1.15,
 * 5.2.6). To use them is the client's choice (6.3.1 (b)): one that cannot be had is named and left out.
 */
const withDeltas = async (
  inquiry: Inquiry,
  subject: Subject,
  judge: CrlJudge,
  found: CrlFinding,
): Promise<CrlFinding> => {
  if (found.finding.says !== 'good' && found.finding.says !== 'hold') return found;
  const lists = found.by.flatMap(({ list }) => (list instanceof Unusable ? [] : [list.crlExtensions]));
  const points = [subject.certificate.extensions, ...lists].flatMap(deltaAddresses);
  if (points.length === 0) return found;
  const silent: CrlFinding['aside'][number][] = [];
  for (const url of points.flat()) {
    const quiet = await fetchCrls(inquiry, url);
    if (quiet) silent.push({ from: url.href, finding: quiet });
  }
  const addresses = new Set(points.flat().map(({ href }) => href));
  const again = await judgeCrls(relevantCrls(inquiry.crls, subject.certificate, addresses), subject, judge);
  return { ...again, aside: [...again.aside, ...silent] };
};

/** Whether an address gave a CRL that was not left out. */
const isUsed = ({ crls }: Inquiry, { aside }: CrlFinding, { href }: URL): boolean =>
  crls.some(({ from, sha256 }) => from === href && !aside.some((one) => one.sha256 === sha256));

/**
 * By the CRLs at hand; if these do not tell, by those of the certificate's distribution points, one after the other. The
 * addresses of one point are tried until one gives a CRL that can be used.
 */
export const crlFinding = async (
  inquiry: Inquiry,
  subject: Subject,
  judge: CrlJudge,
): Promise<CrlFinding> => {
  const { certificate } = subject;
  const { crls, instead } = inquiry;
  if (instead.crls && instead.of === certificate) {
    return byGiven(instead.crls, instead.silence, subject, judge);
  }
  const points = crlAddresses(certificate);
  const addresses = new Set(points.flat().map(({ href }) => href));
  let found = await judgeCrls(relevantCrls(crls, certificate, addresses), subject, judge);
  let quiet: Silence | undefined;
  for (const urls of points) {
    for (const url of urls) {
      if (found.finding.says !== 'nothing') break;
      quiet = (await fetchCrls(inquiry, url)) ?? quiet;
      found = await judgeCrls(relevantCrls(crls, certificate, addresses), subject, judge);
      if (isUsed(inquiry, found, url)) break;
    }
  }
  if (!isAbsent(found)) return withDeltas(inquiry, subject, judge, found);
  const none = silence('absent', POINT, phrase`The certificate names no address of it.`);
  return { ...found, finding: quiet ?? none };
};
