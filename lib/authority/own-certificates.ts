import { Fault, wentThrough } from '../fault.ts';
import type { AlgorithmName, Signer } from '../keys/keys.ts';
import type { CertificateContext } from '../lint/lint.ts';
import { asDer, type Certificate, type Der, decodeCertificate } from '../pki/pki.ts';
import type { ResponderRow } from '../status/status.ts';
import type { Item } from '../store/store.ts';
import type { AuthorityDefinition } from '../trust-domain/trust-domain.ts';
import type { Ca } from './cas.ts';
import type { AuthorityDeps } from './deps.ts';
import { ownOrder } from './issuance-end.ts';
import type { Issued, Issuing } from './issuing.ts';
import { beginningOf, buildCaTbs, buildResponderTbs } from './tbs.ts';

/** The names that CA and responder certificates have in place of a profile's id. */
export const CA_PROFILE = 'ca';
export const RESPONDER_PROFILE = 'ocsp-responder';

export const caContext = (definition: AuthorityDefinition): CertificateContext => ({
  kind: 'ca',
  serialPrefix: definition.serialPrefix,
});

export const responderContext = (ca: Ca): CertificateContext => ({
  kind: 'ocspResponder',
  issuer: ca.certificate,
  serialPrefix: ca.definition.serialPrefix,
});

/** The self-signed certificate of a new CA, by the same cycle as any other. */
export const issueCaCertificate = (
  issuing: Issuing,
  definition: AuthorityDefinition,
  signer: Signer,
  actor: string,
): Promise<Issued> =>
  issuing.issue({
    order: `ca:${definition.ca}`,
    closes: ownOrder(`ca:${definition.ca}`),
    ca: definition.ca,
    serialPrefix: definition.serialPrefix,
    signer,
    profile: CA_PROFILE,
    profileVersion: definition.generation,
    ...(definition.tenant !== undefined && { tenant: definition.tenant }),
    sameKey: 'refused',
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    actor,
    context: caContext(definition),
    beginning: (now) => beginningOf(now, definition.backdate),
    build: (serialNumber, notBefore) =>
      buildCaTbs({
        authority: definition,
        serialNumber,
        subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
        signatureAlgorithm: asDer(signer.algorithm.signatureAlgorithm),
        notBefore,
      }),
  });

/**
 * A responder is renewed at half-life, which leaves the other half for repairs if the renewal fails. A responder that
 * ends with its CA is not renewed: the next one would end at the same time, and renewals would come ever faster.
 */
const isDue = ({ notBefore, notAfter }: Certificate, ca: Ca, now: number): boolean =>
  notAfter < ca.certificate.notAfter && now >= (notBefore.getTime() + notAfter.getTime()) / 2;

const decodeRow = (row: Item<ResponderRow>): Certificate =>
  decodeCertificate(Buffer.from(row.value.certificate, 'base64'));

/**
 * The number is the version of the responder's row. A key of a further algorithm also has the algorithm's place, after the
 * letter k. A CA's id ends in its generation, a digit, so no two keys have the same id.
 */
const keyIdOf = (ca: string, place: number, number: number): string =>
  `ocsp-${ca}-${place === 0 ? '' : `k${place}-`}${number}`;

type RenewingDeps = Pick<AuthorityDeps, 'table' | 'responderKeys' | 'responders' | 'clock' | 'log'>;

/**
 * Gives a CA a new delegated responder for each algorithm that has none, one past half of its life, or one whose
 * certificate was revoked. A run that was interrupted goes on with the same key and certificate. A number is skipped where
 * its certificate is past half of its life, was revoked, has lost its rows, or has another key than the one in the key store. So no revoked
 * key comes back where the row was lost and the numbers begin again. A CA past its end gets none. Resolves with the
 * algorithms that were renewed.
 */
export const renewResponders = async (
  deps: RenewingDeps,
  issuing: Issuing,
  ca: Ca,
): Promise<readonly AlgorithmName[]> => {
  const { algorithm, furtherAlgorithms } = ca.definition.ocsp;
  const renewed: AlgorithmName[] = [];
  for (const [place, name] of [algorithm, ...furtherAlgorithms].entries()) {
    if (await renewResponder(deps, issuing, ca, name, place)) renewed.push(name);
  }
  return renewed;
};

const renewResponder = async (
  deps: RenewingDeps,
  issuing: Issuing,
  ca: Ca,
  algorithm: AlgorithmName,
  place: number,
): Promise<boolean> => {
  const { definition } = ca;
  if (deps.clock() >= ca.certificate.notAfter.getTime()) return false;
  const isOfUse = async (certificate: Certificate): Promise<boolean> =>
    !isDue(certificate, ca, deps.clock()) && deps.responders.isInGoodStanding(definition.ca, certificate);
  const previous = await deps.responders.read(definition.ca, algorithm);
  if (previous && (await isOfUse(decodeRow(previous)))) return false;
  for (let number = (previous?.version ?? 0) + 1; ; number++) {
    const keyId = keyIdOf(definition.ca, place, number);
    const signer = await deps.responderKeys.create(keyId, algorithm);
    const der = await issueResponder(deps, issuing, ca, keyId, signer);
    if (der === undefined) continue;
    const certificate = decodeCertificate(der);
    const isItsOwn = Buffer.compare(certificate.subjectPublicKeyInfo, signer.subjectPublicKeyInfo) === 0;
    if (!isItsOwn || !(await isOfUse(certificate))) continue;
    const row: ResponderRow = { keyId, certificate: Buffer.from(der).toString('base64') };
    // False where another process has renewed it at the same moment.
    return wentThrough(
      deps.table.write(deps.responders.replaceWrites(definition.ca, algorithm, row, previous)),
    );
  }
};

/** Undefined where the certificate of that number was issued before and its rows were deleted since. */
const issueResponder = async (
  { log }: RenewingDeps,
  issuing: Issuing,
  ca: Ca,
  keyId: string,
  { subjectPublicKeyInfo }: Signer,
): Promise<Der | undefined> => {
  const { definition } = ca;
  const order = `responder:${keyId}`;
  try {
    const { der } = await issuing.issue({
      order,
      closes: ownOrder(order),
      ca: definition.ca,
      serialPrefix: definition.serialPrefix,
      signer: ca.signer,
      profile: RESPONDER_PROFILE,
      profileVersion: 1,
      ...(definition.tenant !== undefined && { tenant: definition.tenant }),
      sameKey: 'refused',
      subjectPublicKeyInfo,
      actor: 'service',
      context: responderContext(ca),
      beginning: (now) => beginningOf(now, definition.backdate, ca.certificate),
      build: (serialNumber, notBefore) =>
        buildResponderTbs({
          authority: definition,
          ca: ca.issuing,
          serialNumber,
          subjectPublicKeyInfo,
          notBefore,
        }),
    });
    return der;
  } catch (error) {
    if (!Fault.is(error, 'issuance-rows-lost')) throw error;
    log('error', 'The rows of a responder certificate are lost; the next number is taken', {
      ca: definition.ca,
      order,
      error: error.code,
    });
    return undefined;
  }
};
