import { Fault, phrase } from '../../fault.ts';
import { type Extension, findExtension, type TbsCertListDraft } from '../../pki/pki.ts';
import type { Clock } from '../../ports.ts';
import type { CrlList } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import { listCompromised } from './compromised-listing.ts';
import type { Listing, Listings, Previous } from './listings.ts';

/** Seconds by which the clocks of processes may differ. */
const CLOCK_TOLERANCE = 300;

/** What precedes a CRL. */
export interface Before extends Previous {
  /** The latest thisUpdate among the CRLs before it, in Unix seconds; 0 where there is none. */
  readonly thisUpdate: number;
  /** When the latest of them was made, as far as a record or its thisUpdate says; 0 where there is none. */
  readonly madeAt: number;
}

/**
 * The CRL that follows, to be linted and signed. Its thisUpdate is backdated, because a relying party's clock may be behind
 * ours; but it is not before the newest act that the list shows, the CRL before it, or the CA's certificate. `madeAt` is the
 * true time (Unix seconds), and nextUpdate counts from there: a CRL holds as long as the CA's terms say. Faults:
 * `clock-behind`, `authority-not-ready`.
 */
export const buildCrl = async (
  deps: { readonly listings: Pick<Listings, 'read'> } & Pick<
    CrlDeps,
    'register' | 'proven' | 'clock' | 'crlUrlsOf' | 'compromiseOf'
  >,
  list: CrlList,
  number: number,
  before: Before,
): Promise<{ readonly tbs: TbsCertListDraft; readonly listing: Listing; readonly madeAt: number }> => {
  const { listings, clock, compromiseOf } = deps;
  const { issuer } = list;
  assertClock(clock, issuer.id, before.madeAt);
  const started = Math.floor(clock() / 1000);
  // The clock of another process may be a little ahead of ours. A list must not be older than an act in it, nor older
  // than the list before it. Its time does not follow a clock that is far ahead: no other list could be signed until
  // then.
  const from = Math.max(started, before.thisUpdate);
  const time = { from, until: started + CLOCK_TOLERANCE };
  // The CA's own certificate is revoked by its own act.
  const compromise = list.only === 'onlyContainsCACerts' ? undefined : await compromiseOf(issuer.id);
  const listing = compromise
    ? await listCompromised(deps, { list, compromise, ...before }, time)
    : await listings.read(list, before, time);
  const { notBefore } = issuer.certificate;
  const thisUpdate = Math.max(
    started - issuer.backdate,
    before.thisUpdate,
    listing.newest,
    notBefore.getTime() / 1000,
  );
  const madeAt = Math.max(started, thisUpdate);
  const notAfter = issuer.certificate.notAfter.getTime() / 1000;
  const tbs = {
    signature: issuer.signatureAlgorithm,
    issuer: issuer.certificate.subject,
    thisUpdate: new Date(thisUpdate * 1000),
    // The last CRL of a stopped CA holds until the CA's end.
    nextUpdate: new Date(
      (issuer.stopped ? notAfter : Math.min(madeAt + issuer.crl.nextUpdate, notAfter)) * 1000,
    ),
    revokedCertificates: listing.entries,
    crlExtensions: await crlExtensions(deps, list, number),
  };
  return { tbs, listing, madeAt };
};

/**
 * Relying parties that order lists by time would ignore a list with an earlier time than the one before it. The clocks
 * of several processes differ a little. A clock far behind the current CRL was set back, or it was ahead when it made
 * that CRL; an operator has to look at it. `madeAt` in Unix seconds. Fault: `clock-behind`.
 */
export const assertClock = (clock: Clock, ca: string, madeAt: number): void => {
  const behind = madeAt - Math.floor(clock() / 1000);
  if (behind <= CLOCK_TOLERANCE) return;
  throw new Fault(
    'clock-behind',
    phrase`The clock is ${behind} seconds behind the time at which the current CRL was made; no CRL is signed until it is right.`,
    { ca, behind },
  );
};

const crlExtensions = async (
  { crlUrlsOf }: Pick<CrlDeps, 'crlUrlsOf'>,
  { issuer, only }: CrlList,
  number: number,
): Promise<readonly Extension[]> => {
  const keyIdentifier = findExtension(issuer.certificate.extensions, 'subjectKeyIdentifier')?.keyIdentifier;
  if (!keyIdentifier)
    throw new Fault('authority-not-ready', 'The CA certificate has no subjectKeyIdentifier.');
  return [
    { id: 'authorityKeyIdentifier', critical: false, keyIdentifier },
    { id: 'cRLNumber', critical: false, number: BigInt(number) },
    ...(only === 'onlyContainsUserCerts' ? [ofUsers(await crlUrlsOf(issuer.id))] : []),
    ...(only === 'onlyContainsCACerts' ? [OF_AUTHORITY] : []),
  ];
};

/**
 * Required only where the list does not cover everything that the CA may issue (RFC 5280 5.2.5). A verifier takes the list
 * only if a name here is one of those in the certificate (6.3.3), so it names the addresses of earlier certificates too.
 */
const ofUsers = (urls: readonly string[]): Extension => ({
  id: 'issuingDistributionPoint',
  critical: true,
  distributionPoint: {
    fullName: urls.map((value) => ({ kind: 'uniformResourceIdentifier', value }) as const),
  },
  onlyContainsUserCerts: true,
});

/** It has no distributionPoint: only then does OpenSSL take it for a self-signed certificate, which names no address. */
const OF_AUTHORITY: Extension = { id: 'issuingDistributionPoint', critical: true, onlyContainsCACerts: true };
