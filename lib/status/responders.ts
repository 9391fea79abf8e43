import { Fault } from '../fault.ts';
import type { KeyStore, Signer } from '../keys/signer.ts';
import { type Certificate, decodeCertificate, keyIdentifier } from '../pki/certificate.ts';
import { asDer, type Der } from '../pki/der.ts';
import type { Clock, Log } from '../ports.ts';
import type { Item, Table, Write } from '../store/store.ts';

/**
 * The delegated responders (RFC 6960 4.2.2.2): for each CA the newest key and certificate with which its OCSP
 * answers are signed. The authority issues and renews them; here they are only used.
 *
 *   responders  {ca}  ResponderRow
 */
export type ResponderRow = {
  readonly keyId: string;
  /** base64 of the DER certificate. */
  readonly certificate: string;
};

const keyOf = (ca: string) => ({ pk: 'responders', sk: ca });

const readRow = (table: Table, ca: string): Promise<Item<ResponderRow> | undefined> =>
  table.get<ResponderRow>(keyOf(ca));

const certificateOf = ({ value }: Item<ResponderRow>): Certificate =>
  decodeCertificate(Buffer.from(value.certificate, 'base64'));

/** The certificate of the CA's current responder; undefined before the first one. */
export const readResponderCertificate = async (
  table: Table,
  ca: string,
): Promise<Certificate | undefined> => {
  const item = await readRow(table, ca);
  return item && certificateOf(item);
};

export interface Responder {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly signatureAlgorithm: Der;
  /** SHA-1 of the public key: responderID byKey. */
  readonly keyHash: Uint8Array;
}

export interface Responders {
  /** Faults: `try-later` when there is no responder whose certificate is valid now. */
  current(ca: string): Promise<Responder>;
  /** The row as it stands, for whoever renews it. */
  read(ca: string): Promise<Item<ResponderRow> | undefined>;
  /** Replaces the row that was read before, or is the first where there was none. */
  replaceWrites(ca: string, row: ResponderRow, previous: Item<ResponderRow> | undefined): readonly Write[];
}

/** How soon a renewed responder is taken up by running processes. */
const REREAD_MS = 60_000;

export const openResponders = (deps: {
  table: Table;
  keys: KeyStore;
  clock: Clock;
  log: Log;
}): Responders => {
  const { table, keys, clock, log } = deps;
  const known = new Map<string, { responder: Responder; readAt: number }>();

  const read = (ca: string): Promise<Item<ResponderRow> | undefined> => readRow(table, ca);

  const load = async (ca: string): Promise<Responder | undefined> => {
    const item = await read(ca);
    if (!item) return undefined;
    const certificate = certificateOf(item);
    const previous = known.get(ca)?.responder;
    if (previous && Buffer.compare(previous.certificate.der, certificate.der) === 0) return previous;
    const signer = await keys.open(item.value.keyId);
    const { subjectPublicKeyInfo } = certificate;
    if (Buffer.compare(signer.subjectPublicKeyInfo, subjectPublicKeyInfo) !== 0) {
      throw new Fault('unknown-key', 'The responder key is not the one in the responder certificate.', {
        ca,
      });
    }
    return {
      certificate,
      signer,
      signatureAlgorithm: asDer(signer.algorithm.signatureAlgorithm),
      keyHash: keyIdentifier(subjectPublicKeyInfo),
    };
  };

  const refresh = async (ca: string, now: number): Promise<Responder | undefined> => {
    const responder = await load(ca);
    if (responder) known.set(ca, { responder, readAt: now });
    return responder;
  };

  return {
    read,

    replaceWrites: (ca, row, previous) => [
      { put: keyOf(ca), value: row, if: previous ? { version: previous.version } : 'absent' },
    ],

    current: async (ca) => {
      const now = clock();
      const kept = known.get(ca);
      const fresh =
        kept && now < kept.readAt + REREAD_MS && now <= kept.responder.certificate.notAfter.getTime();
      const responder = fresh ? kept.responder : await refresh(ca, now);
      // It never signs past its end, and never before its beginning either.
      if (
        responder &&
        now <= responder.certificate.notAfter.getTime() &&
        now >= responder.certificate.notBefore.getTime()
      ) {
        return responder;
      }
      log('error', 'No valid OCSP responder certificate: answers are tryLater until it is renewed', { ca });
      throw new Fault('try-later', 'The OCSP responder has no valid certificate at the moment.', { ca });
    },
  };
};
