import { Fault, phrase } from '../fault.ts';
import {
  type Certificate,
  findExtension,
  formatName,
  keyIdentifier,
  MAX_CERTIFICATE_BYTES,
  sameName,
} from '../pki/pki.ts';
import { decodeIssuers } from './certificate-bytes.ts';
import type { Held, Silence, Verdict } from './contract.ts';
import type { Fetcher } from './fetcher.ts';
import { silence } from './finding.ts';
import { isSignedBy, whyUnjudged } from './issued-by.ts';
import { issuerAddresses } from './sources.ts';
import { verdict } from './verdict.ts';

/** From the certificate in question up to the one on which trust rests. */
export interface Path {
  readonly certificates: readonly Held[];
  /**
   * What the last certificate is: one of the roots that were given; or, where none was given, a self-signed one, or one
   * that does not say where its issuer is found.
   */
  readonly end: 'root' | 'selfSigned' | 'noIssuer';
}

/** Where a path went no further, and why. */
export interface DeadEnd {
  readonly certificates: readonly Held[];
  readonly verdict: Verdict;
}

export interface PathSearch {
  /** Trust anchors; empty where the caller gave none. */
  readonly roots: readonly Held[];
  /** Certificates at hand that nobody trusts. What addresses give is added to them. */
  readonly pool: Held[];
  readonly fetcher: Fetcher;
  /** Gets every dead end. */
  readonly deadEnds: DeadEnd[];
}

/** Certificates in a path, both ends included. */
const MAX_DEPTH = 12;
/** Signatures that one search verifies; a pool can be made so that every certificate seems to be issued by all others. */
const MAX_SIGNATURES = 400;

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** One name and one key: for a path, one issuer, whatever else its certificates say. */
const isSameIssuer = (a: Certificate, b: Certificate): boolean =>
  same(a.subjectPublicKeyInfo, b.subjectPublicKeyInfo) && sameName(a.subject, b.subject);

export const isSelfSigned = (certificate: Certificate): boolean =>
  sameName(certificate.issuer, certificate.subject) && isSignedBy(certificate, certificate);

/** Whether the certificate's authorityKeyIdentifier names the candidate's key: a hint, which proves nothing. */
const isHinted = ({ extensions }: Certificate, candidate: Certificate): boolean => {
  const named = findExtension(extensions, 'authorityKeyIdentifier')?.keyIdentifier;
  const own =
    findExtension(candidate.extensions, 'subjectKeyIdentifier')?.keyIdentifier ??
    keyIdentifier(candidate.subjectPublicKeyInfo);
  return named !== undefined && same(named, own);
};

/** The issuers' certificates at an address, and why there are none, or not all. */
const fetchIssuers = async (
  fetcher: Fetcher,
  url: URL,
): Promise<{ readonly issuers: readonly Held[]; readonly silences: readonly Silence[] }> => {
  const fetched = await fetcher.file(url, 4 * MAX_CERTIFICATE_BYTES);
  if (!('body' in fetched)) return { issuers: [], silences: [fetched] };
  const unusable = (error: Fault): Silence =>
    silence(
      'unusable',
      'RFC 5280 4.2.2.1',
      phrase`${url.href} gave something else than a certificate. ${error.phrase}`,
    );
  try {
    const { certificates, refused } = await decodeIssuers(fetched.body);
    const issuers = certificates.map((certificate) => ({ certificate, from: url.href }));
    return { issuers, silences: refused.map(unusable) };
  } catch (error) {
    if (!Fault.is(error)) throw error;
    return { issuers: [], silences: [unusable(error)] };
  }
};

/** Why no certificate at hand issued this one. */
const noIssuer = (top: Certificate, candidates: readonly Held[], silences: readonly Silence[]): Verdict => {
  const named = candidates.filter(({ certificate }) => sameName(certificate.subject, top.issuer));
  const name = formatName(top.issuer);
  if (named.some(({ certificate }) => isSignedBy(top, certificate))) {
    return verdict(
      'inDoubt',
      'RFC 5280 6.1',
      phrase`The issuer of ${formatName(top.subject)} is at hand, but the path comes back to itself there, or more signatures would have to be verified than are here.`,
    );
  }
  const hinted = named.find(({ certificate }) => isHinted(top, certificate)) ?? named[0];
  if (hinted) {
    const { certificate: issuer, from } = hinted;
    const why = whyUnjudged(top, [issuer]);
    return why
      ? verdict(
          'inDoubt',
          'RFC 5280 6.1.3 (a) (1)',
          phrase`The signature of ${formatName(top.subject)} cannot be judged under the key of its issuer from ${from}. ${why}`,
        )
      : verdict(
          isHinted(top, issuer) ? 'invalid' : 'inDoubt',
          'RFC 5280 6.1.3 (a) (1)',
          phrase`The signature of ${formatName(top.subject)} does not verify under the key of its issuer from ${from}.`,
        );
  }
  const stranger = candidates.find(
    ({ certificate }) => isHinted(top, certificate) && isSignedBy(top, certificate),
  );
  if (stranger) {
    return verdict(
      'invalid',
      'RFC 5280 6.1.3 (a) (4)',
      phrase`The issuer that ${formatName(top.subject)} names, ${name}, is not ${formatName(stranger.certificate.subject)}, whose key signed it.`,
    );
  }
  const [first] = silences;
  if (first) {
    return verdict(
      silences.every(({ why }) => why === 'unreachable') ? 'unreachable' : 'inDoubt',
      first.rule,
      phrase`The certificate of the issuer ${name} cannot be had. ${first.detail}`,
    );
  }
  return verdict(
    'inDoubt',
    'RFC 5280 6.1',
    phrase`The certificate of the issuer ${name} is not at hand, and no address of it is named; give it with --root FILE, or behind the certificate in its file.`,
  );
};

/**
 * The paths from a certificate to the roots, those that need nothing from elsewhere first; where no root is given, up to
 * where each ends. An issuer is chosen by its key: its name must be the one that the certificate names, and its key
 * must verify the signature. Nothing else is judged here (`pathProblems`).
 */
export const pathsFrom = (target: Held, search: PathSearch): AsyncGenerator<Path, void> => {
  const { roots, pool, fetcher, deadEnds } = search;
  const anchored = roots.length > 0;
  let signatures = 0;
  let found = 0;

  const issuersAmong = (path: readonly Held[], candidates: readonly Held[]): readonly Held[] => {
    const top = path[path.length - 1]?.certificate as Certificate;
    const issuers: Held[] = [];
    for (const held of candidates) {
      const { certificate } = held;
      if (!sameName(certificate.subject, top.issuer)) continue;
      if (path.some((one) => isSameIssuer(one.certificate, certificate))) continue;
      if (issuers.some((one) => same(one.certificate.der, certificate.der))) continue;
      if (signatures++ >= MAX_SIGNATURES || !isSignedBy(top, certificate)) continue;
      issuers.push(held);
    }
    return issuers.toSorted(
      (a, b) => Number(isHinted(top, b.certificate)) - Number(isHinted(top, a.certificate)),
    );
  };

  /** A file may have a root and CAs below it. Then the root alone is the anchor, and the status of the CAs is asked for. */
  const isBelowRoot = (top: Certificate): boolean =>
    !isSelfSigned(top) &&
    roots.some(
      ({ certificate }) => sameName(certificate.subject, top.issuer) && isSignedBy(top, certificate),
    );

  const fetched = async (path: readonly Held[]): Promise<readonly Held[] | readonly Silence[]> => {
    const silences: Silence[] = [];
    for (const url of issuerAddresses(path[path.length - 1]?.certificate as Certificate)) {
      const got = await fetchIssuers(fetcher, url);
      silences.push(...got.silences);
      pool.push(
        ...got.issuers.filter(
          (one) => !pool.some((known) => same(known.certificate.der, one.certificate.der)),
        ),
      );
      const issuers = issuersAmong(path, [...roots, ...got.issuers]);
      if (issuers.length > 0) return issuers;
    }
    return silences;
  };

  const stop = (certificates: readonly Held[], why: Verdict): void => {
    deadEnds.push({ certificates, verdict: why });
  };

  const reached = (certificates: readonly Held[], end: Path['end']): Path => {
    found++;
    return { certificates, end };
  };

  async function* extend(path: readonly Held[]): AsyncGenerator<Path, void> {
    const top = path[path.length - 1]?.certificate as Certificate;
    if (roots.some(({ certificate }) => same(certificate.der, top.der)) && !isBelowRoot(top)) {
      yield reached(path, 'root');
      return;
    }
    if (isSelfSigned(top)) {
      if (!anchored) yield reached(path, 'selfSigned');
      else {
        stop(
          path,
          verdict(
            'inDoubt',
            'RFC 5280 6.1',
            phrase`The path ends with ${formatName(top.subject)}, which is self-signed and not among the roots that were given.`,
          ),
        );
      }
      return;
    }
    if (path.length >= MAX_DEPTH) {
      const long = phrase`A path has more than ${MAX_DEPTH} certificates, which is too long here.`;
      stop(path, verdict('inDoubt', 'RFC 5280 6.1', long));
      return;
    }
    const atHand = issuersAmong(path, [...roots, ...pool]);
    const before = found;
    for (const issuer of atHand) yield* extend([...path, issuer]);
    // Addresses are asked only if what is at hand leads nowhere.
    if (found > before) return;
    const more = await fetched(path);
    const issuers = more
      .filter((one): one is Held => 'certificate' in one)
      .filter((one) => !atHand.some((known) => same(known.certificate.der, one.certificate.der)));
    for (const issuer of issuers) yield* extend([...path, issuer]);
    if (issuers.length > 0 || atHand.length > 0) return;
    const silences = more.filter((one): one is Silence => 'says' in one);
    if (!anchored && path.length > 1 && issuerAddresses(top).length === 0) {
      yield reached(path, 'noIssuer');
      return;
    }
    stop(path, noIssuer(top, [...roots, ...pool], silences));
  }

  return extend([target]);
};
