import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../fault.ts';
import {
  type CertId,
  type Certificate,
  type Der,
  decodeCertificate,
  encodeName,
  OID,
  type Oid,
  subjectPublicKeyOctets,
} from '../pki/pki.ts';
import type { Clock, Log } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { Table, Write } from '../store/store.ts';
import { knowsCaOf } from '../tenant.ts';
import { scopesOf } from './crl-scopes.ts';
import { ISSUERS, type IssuerRow, logUnreadable, readIssuerRows } from './issuer-row.ts';
import { findTerms, type IssuerTerms } from './issuer-terms.ts';

export interface Issuer extends IssuerTerms {
  readonly certificate: Certificate;
  /** The AlgorithmIdentifier with which this CA's key signs: that of its own certificate. */
  readonly signatureAlgorithm: Der;
}

/**
 * The CAs of the trust domain that have a certificate. A row that cannot be read, or whose certificate is not the CA's,
 * does not affect other CAs. Each reading logs it, and calls that need it fail with `authority-unreadable`. A row of a CA
 * that the trust domain does not have is logged and counts for nothing.
 */
export interface Issuers {
  /** The CAs whose rows can be read. */
  all(): Promise<readonly Issuer[]>;
  /** The id of every CA that was entered, whether or not its row can be read. */
  ids(): Promise<readonly string[]>;
  /** Faults: `unknown-authority`, `authority-unreadable`. */
  byId(ca: string): Promise<Issuer>;
  /**
   * The CA, if the actor may know it: to the principals of a tenant, the CAs of other tenants do not exist. Faults: those of
   * `byId`.
   */
  knownTo(actor: Pick<Principal, 'tenant'>, ca: string): Promise<Issuer>;
  /**
   * The CA that a CertID names, by key hash and name hash together: generations share a DN. Undefined where the CertID
   * names no CA of ours. Fault: `authority-unreadable` where it may name the CA whose row cannot be read.
   */
  byCertId(certId: CertId): Promise<Issuer | undefined>;
  /** Enters a new CA. */
  enterWrites(ca: string, certificate: Uint8Array): readonly Write[];
  /** Writes the CA's terms into its row; no writes where it has these. Faults: `unknown-authority`. */
  termsWrites(ca: string): Promise<readonly Write[]>;
  /** The next call reads the directory again. The ceremony asks for that after it has entered a CA. */
  forget(): void;
}

export interface IssuersDeps {
  readonly table: Table;
  /** The CAs of the trust domain. */
  readonly terms: readonly IssuerTerms[];
  /** Whether this is the CA's certificate. The row alone proves nothing. */
  readonly isCertificateOf: (ca: string, certificate: Certificate) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

const DIGESTS: readonly (readonly [Oid, string])[] = [
  [OID.sha1, 'sha1'],
  [OID.sha256, 'sha256'],
  [OID.sha384, 'sha384'],
  [OID.sha512, 'sha512'],
];

const certIdKey = (algorithm: Oid, nameHash: Uint8Array, keyHash: Uint8Array): string =>
  `${algorithm} ${Buffer.from(nameHash.buffer, nameHash.byteOffset, nameHash.length).toString('latin1')}${Buffer.from(
    keyHash.buffer,
    keyHash.byteOffset,
    keyHash.length,
  ).toString('latin1')}`;

interface Directory {
  readonly issuers: readonly Issuer[];
  readonly byId: ReadonlyMap<string, Issuer>;
  readonly byCertId: ReadonlyMap<string, Issuer>;
  /** Ids of the CAs whose rows cannot be read. */
  readonly unreadable: readonly string[];
}

/** Faults: `authority-unreadable`, and those of reading DER. */
const issuerOf = async (
  { isCertificateOf }: IssuersDeps,
  terms: IssuerTerms,
  row: IssuerRow | undefined,
): Promise<Issuer> => {
  if (!row) throw authorityUnreadable(terms.id);
  const certificate = decodeCertificate(Buffer.from(row.certificate, 'base64'));
  if (!(await isCertificateOf(terms.id, certificate))) throw authorityUnreadable(terms.id);
  return { ...terms, certificate, signatureAlgorithm: certificate.signatureAlgorithm };
};

const read = async (deps: IssuersDeps): Promise<Directory> => {
  const { table, log } = deps;
  const issuers: Issuer[] = [];
  const unreadable: string[] = [];
  for (const [ca, row] of await readIssuerRows(table)) {
    const terms = findTerms(deps.terms, ca);
    if (!terms) {
      log('error', 'A row names a CA that the trust domain does not have; it counts for nothing', { ca });
      continue;
    }
    try {
      issuers.push(await issuerOf(deps, terms, row));
    } catch (error) {
      if (Fault.is(error, 'store-unavailable')) throw error;
      unreadable.push(ca);
      logUnreadable(log, ca, Fault.is(error) ? error.code : 'internal');
    }
  }
  const byCertId = new Map<string, Issuer>();
  for (const issuer of issuers) {
    const name = encodeName(issuer.certificate.subject);
    const key = subjectPublicKeyOctets(issuer.certificate.subjectPublicKeyInfo);
    for (const [algorithm, digest] of DIGESTS) {
      byCertId.set(certIdKey(algorithm, hash(digest, name, 'buffer'), hash(digest, key, 'buffer')), issuer);
    }
  }
  return { issuers, byId: new Map(issuers.map((issuer) => [issuer.id, issuer])), byCertId, unreadable };
};

const unknownAuthority = (ca: string): Fault =>
  new Fault('unknown-authority', 'There is no such certification authority here.', { ca });

const authorityUnreadable = (ca: string): Fault =>
  new Fault('authority-unreadable', 'What is stored of this certification authority cannot be read.', { ca });

/** Running processes see a CA that another process entered within this time. */
const REREAD_MS = 60_000;

export const openIssuers = (deps: IssuersDeps): Issuers => {
  let directory: Promise<Directory> | undefined;
  let readAt = 0;
  const termsOf = (ca: string): Omit<IssuerRow, 'certificate'> => {
    const terms = findTerms(deps.terms, ca);
    if (!terms) throw unknownAuthority(ca);
    // A stopped CA certifies no responder, so the gauges miss none.
    return { responders: terms.stopped ? [] : terms.ocsp.algorithms, crls: [...scopesOf(terms).keys()] };
  };
  const current = (): Promise<Directory> => {
    const now = deps.clock();
    // If `readAt` is in the future, the clock was set back. The directory must not be kept until then.
    if (directory && now >= readAt && now < readAt + REREAD_MS) return directory;
    const fresh = read(deps).catch((error: unknown) => {
      if (directory === fresh) directory = undefined;
      throw error;
    });
    directory = fresh;
    readAt = now;
    return fresh;
  };
  const byId: Issuers['byId'] = async (ca) => {
    const { byId, unreadable } = await current();
    const known = byId.get(ca);
    if (known) return known;
    throw unreadable.includes(ca) ? authorityUnreadable(ca) : unknownAuthority(ca);
  };
  return {
    enterWrites: (ca, certificate) => {
      const value: IssuerRow = {
        certificate: Buffer.from(certificate).toString('base64'),
        ...termsOf(ca),
      };
      return [{ put: { pk: ISSUERS, sk: ca }, value, if: 'absent' }];
    },
    termsWrites: async (ca) => {
      const key = { pk: ISSUERS, sk: ca };
      const row = await deps.table.get<IssuerRow>(key);
      if (!row) throw unknownAuthority(ca);
      const value: IssuerRow = { ...row.value, ...termsOf(ca) };
      return isDeepStrictEqual(value, row.value) ? [] : [{ put: key, value, if: { version: row.version } }];
    },
    forget: () => {
      directory = undefined;
    },
    all: async () => (await current()).issuers,
    ids: async () => {
      const { byId, unreadable } = await current();
      return [...byId.keys(), ...unreadable];
    },
    byId,
    knownTo: async (actor, ca) => {
      const issuer = await byId(ca);
      if (!knowsCaOf(actor, issuer.tenant)) throw unknownAuthority(ca);
      return issuer;
    },
    byCertId: async ({ hashAlgorithm, issuerNameHash, issuerKeyHash }) => {
      const { byCertId, unreadable } = await current();
      // Both hashes have the length that their algorithm gives, or the key of the map would not say where one ends.
      const known =
        issuerNameHash.length === issuerKeyHash.length
          ? byCertId.get(certIdKey(hashAlgorithm, issuerNameHash, issuerKeyHash))
          : undefined;
      const [lost] = unreadable;
      // A damaged certificate may look whole and hash to another CertID: with one row unreadable, no CertID is called unknown.
      if (!known && lost !== undefined) throw authorityUnreadable(lost);
      return known;
    },
  };
};
