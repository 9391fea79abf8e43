import { Fault } from '../fault.ts';
import type { KeyStore, Signer } from '../keys/keys.ts';
import {
  algorithmId,
  asDer,
  type Certificate,
  type Der,
  keyIdentifier,
  type PreferredSignatureAlgorithm,
  publicKeyAlgorithm,
} from '../pki/pki.ts';
import type { Clock, Log } from '../ports.ts';
import type { Item, Table, Write } from '../store/store.ts';
import type { Issuer } from './issuers.ts';
import { responderFloor } from './lateness.ts';
import type { Register } from './register.ts';
import { type ResponderRow, responderCertificate, responderKey, standingOf } from './responder-rows.ts';
import { isPreferred, type SigningAlgorithms, signsLike } from './signature-choice.ts';

export interface Responder {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly signatureAlgorithm: Der;
  /** SHA-1 of the public key: responderID byKey. */
  readonly keyHash: Uint8Array;
  /** Milliseconds since the epoch: the first and the last time at which it may sign. */
  readonly from: number;
  readonly until: number;
}

export interface Responders {
  /**
   * The responder that answers for this CA. RFC 6960 4.4.7.2.1 has rules, which apply in this order:
   *   1. the first algorithm of `preferred` that one of the CA's responders has;
   *   2. the algorithm of the CA's CRLs;
   *   3. the algorithm of the request's signature, if it has one;
   *   4. the CA's default.
   * That section allows criteria of strength: only the client's own preference selects an algorithm weaker than the
   * default. A responder is not used for more than a minute after its certificate was revoked. Fault: `try-later` when
   * the default is selected and has no certificate that is valid now.
   */
  current(
    issuer: Issuer,
    preferred?: readonly PreferredSignatureAlgorithm[],
    requestSignature?: Der,
  ): Promise<Responder>;
  /** Whether a responder of that CA with this certificate may sign: it was issued and is not revoked. */
  isInGoodStanding(ca: string, certificate: Certificate): Promise<boolean>;
  /** The row as it is now. The authority needs it to renew the responder. */
  read(ca: string, algorithm: string): Promise<Item<ResponderRow> | undefined>;
  /** Replaces the row that was read before, or puts the first one. */
  replaceWrites(
    ca: string,
    algorithm: string,
    row: ResponderRow,
    previous: Item<ResponderRow> | undefined,
  ): readonly Write[];
}

/** Running processes use a renewed responder, and stop using a revoked one, within this time. */
const REREAD_MS = 60_000;

interface OpenedResponder {
  readonly responder: Responder;
  readonly algorithms: SigningAlgorithms;
}

const isValid = ({ from, until }: Responder, now: number): boolean => now >= from && now <= until;

export const openResponders = (deps: {
  table: Table;
  register: Pick<Register, 'lookup'>;
  keys: KeyStore;
  clock: Clock;
  log: Log;
}): Responders => {
  const { table, register, keys, clock, log } = deps;
  const kept = new Map<string, { known: OpenedResponder; readAt: number }>();
  /** By CA and algorithm: when to look again for a further responder that could not be used. */
  const lookAgainAt = new Map<string, number>();
  /** Serial numbers of revoked responders that the log has named already. */
  const loggedRevoked = new Set<string>();
  /**
   * The algorithm that the rules select for unsigned requests without a preference, as of the last time when all the
   * CA's responders were found.
   */
  const selectedBefore = new WeakMap<Issuer, string>();

  const read = (ca: string, algorithm: string): Promise<Item<ResponderRow> | undefined> =>
    table.get<ResponderRow>(responderKey(ca, algorithm));

  const open = async (ca: string, { value: { keyId } }: Item<ResponderRow>, certificate: Certificate) => {
    const signer = await keys.open(keyId);
    const { subjectPublicKeyInfo, notBefore, notAfter } = certificate;
    if (Buffer.compare(signer.subjectPublicKeyInfo, subjectPublicKeyInfo) !== 0) {
      throw new Fault('unknown-key', 'The responder key is not the one in the responder certificate.', {
        ca,
      });
    }
    const signatureAlgorithm = asDer(signer.algorithm.signatureAlgorithm);
    const responder: Responder = {
      certificate,
      signer,
      signatureAlgorithm,
      keyHash: keyIdentifier(subjectPublicKeyInfo),
      from: notBefore.getTime(),
      until: notAfter.getTime(),
    };
    const algorithms = {
      signature: algorithmId(signatureAlgorithm),
      publicKey: publicKeyAlgorithm(subjectPublicKeyInfo),
      strength: signer.algorithm.strength,
    };
    return { responder, algorithms };
  };

  /** Logged at each reading, so once a minute, until the responder is renewed. */
  const warnNearEnd = (ca: string, algorithm: string, { from, until }: Responder, now: number): void => {
    if (until - now >= responderFloor(until - from) || now > until) return;
    log('error', 'An OCSP responder certificate is near its end and has not been renewed', {
      ca,
      algorithm,
      notAfter: new Date(until).toISOString(),
    });
  };

  const warnRevoked = (ca: string, algorithm: string, { serialNumber: serial }: Certificate): void => {
    if (loggedRevoked.has(serial)) return;
    loggedRevoked.add(serial);
    log('error', 'The certificate of an OCSP responder is revoked: it signs nothing any more', {
      ca,
      algorithm,
      serial,
    });
  };

  const refresh = async (
    ca: string,
    algorithm: string,
    now: number,
  ): Promise<OpenedResponder | undefined> => {
    const item = await read(ca, algorithm);
    if (!item) return undefined;
    const certificate = responderCertificate(item);
    const id = `${ca}/${algorithm}`;
    const standing = await standingOf(register, ca, certificate);
    if (standing !== 'good') kept.delete(id);
    if (standing === 'revoked') {
      warnRevoked(ca, algorithm, certificate);
      return undefined;
    }
    const before = kept.get(id)?.known;
    const unchanged = before && Buffer.compare(before.responder.certificate.der, certificate.der) === 0;
    const known = unchanged ? before : await open(ca, item, certificate);
    if (standing === 'unknown')
      throw new Fault('unknown-certificate', 'The CA knows no certificate of this responder.', { ca });
    kept.set(id, { known, readAt: now });
    warnNearEnd(ca, algorithm, known.responder, now);
    return known;
  };

  /** The responder is read again after a minute, and at once when its certificate has ended. */
  const find = (
    ca: string,
    algorithm: string,
    now: number,
  ): OpenedResponder | Promise<OpenedResponder | undefined> => {
    const found = kept.get(`${ca}/${algorithm}`);
    // If `readAt` is in the future, the clock was set back: the reading does not count as recent.
    const isRecent = found && now >= found.readAt && now < found.readAt + REREAD_MS;
    return isRecent && now <= found.known.responder.until ? found.known : refresh(ca, algorithm, now);
  };

  /** A responder that cannot be used does not stop the others, and is looked for once a minute, not at every request. */
  const findFurther = async (
    ca: string,
    algorithm: string,
    now: number,
  ): Promise<OpenedResponder | undefined> => {
    const id = `${ca}/${algorithm}`;
    const lookAgain = lookAgainAt.get(id) ?? 0;
    if (now < lookAgain && now >= lookAgain - REREAD_MS) return undefined;
    try {
      const known = await find(ca, algorithm, now);
      if (known && isValid(known.responder, now)) return known;
    } catch (error) {
      log('error', 'An OCSP responder cannot be used', {
        ca,
        algorithm,
        error: Fault.is(error) ? error.code : String(error),
      });
    }
    lookAgainAt.set(id, now + REREAD_MS);
    return undefined;
  };

  const findAll = ({ id, ocsp }: Issuer, now: number): Promise<readonly (OpenedResponder | undefined)[]> =>
    Promise.all(ocsp.algorithms.map((algorithm) => findFurther(id, algorithm, now)));

  const preferredBy = async (
    issuer: Issuer,
    preferred: readonly PreferredSignatureAlgorithm[],
    now: number,
  ): Promise<Responder | undefined> => {
    const all = await findAll(issuer, now);
    for (const wanted of preferred) {
      const found = all.find((known) => known && isPreferred(wanted, known.algorithms));
      if (found) return found.responder;
    }
    return undefined;
  };

  /**
   * Selects by the second and third rule. Where they select none, the default; undefined where the default cannot be
   * used.
   */
  const selected = async (
    issuer: Issuer,
    requestSignature: Der | undefined,
    now: number,
  ): Promise<Responder | undefined> => {
    const name = selectedBefore.get(issuer);
    const known =
      name === undefined || requestSignature ? undefined : await findFurther(issuer.id, name, now);
    if (known) return known.responder;
    const all = await findAll(issuer, now);
    const [byDefault] = all;
    if (!byDefault) return undefined;
    const like = (signature: Der | undefined) =>
      signature &&
      all.find(
        (one) =>
          one &&
          one.algorithms.strength >= byDefault.algorithms.strength &&
          signsLike(signature, one.algorithms),
      );
    const found = like(issuer.signatureAlgorithm) ?? like(requestSignature) ?? byDefault;
    const selectedName = issuer.ocsp.algorithms[all.indexOf(found)];
    if (!requestSignature && selectedName !== undefined && !all.includes(undefined))
      selectedBefore.set(issuer, selectedName);
    return found.responder;
  };

  return {
    isInGoodStanding: async (ca, certificate) => (await standingOf(register, ca, certificate)) === 'good',

    read,

    replaceWrites: (ca, algorithm, row, previous) => [
      {
        put: responderKey(ca, algorithm),
        value: row,
        if: previous ? { version: previous.version } : 'absent',
      },
    ],

    current: async (issuer, preferred = [], requestSignature) => {
      const now = clock();
      const wanted = preferred.length === 0 ? undefined : await preferredBy(issuer, preferred, now);
      if (wanted) return wanted;
      const like =
        issuer.ocsp.algorithms.length > 1 ? await selected(issuer, requestSignature, now) : undefined;
      if (like) return like;
      const responder = (await find(issuer.id, issuer.ocsp.algorithms[0], now))?.responder;
      // A responder signs nothing before its certificate's notBefore or after its notAfter.
      if (responder && isValid(responder, now)) return responder;
      const ca = issuer.id;
      // A stopped CA's last responder has come to its end, as it was to.
      const level = issuer.stopped ? 'info' : 'error';
      log(level, 'No valid OCSP responder certificate: answers are tryLater until it is renewed', { ca });
      throw new Fault('try-later', 'The OCSP responder has no valid certificate at the moment.', { ca });
    },
  };
};
