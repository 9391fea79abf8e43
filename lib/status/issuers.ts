import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../fault.ts';
import {
  asDer,
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
import { everyItem, type Item, type Table, type Write } from '../store/store.ts';
import { type IssuerRow, wholeIssuerRow } from './issuer-row.ts';

export interface Issuer extends Omit<IssuerRow, 'certificate' | 'signatureAlgorithm'> {
  readonly id: string;
  readonly certificate: Certificate;
  readonly signatureAlgorithm: Der;
}

/**
 * A row that cannot be read does not affect other CAs. Each reading logs it, and calls that need it fail with
 * `authority-unreadable`.
 */
export interface Issuers {
  /** The CAs whose rows can be read. */
  all(): Promise<readonly Issuer[]>;
  /** The id of every CA that was entered, whether or not its row can be read. */
  ids(): Promise<readonly string[]>;
  /** Faults: `unknown-authority`, `authority-unreadable`. */
  byId(ca: string): Promise<Issuer>;
  /**
   * The CA that a CertID names, by key hash and name hash together: generations share a DN. Undefined where the CertID
   * names no CA of ours. Fault: `authority-unreadable` where it may name the CA whose row cannot be read.
   */
  byCertId(certId: CertId): Promise<Issuer | undefined>;
  /** Enters a new CA. */
  enterWrites(ca: string, row: IssuerRow): readonly Write[];
  /** Changes the terms of a CA; no writes where the CA has these terms already. Faults: `unknown-authority`. */
  termsWrites(ca: string, terms: Pick<IssuerRow, 'title' | 'crl' | 'ocsp'>): Promise<readonly Write[]>;
  /** The next call reads the directory again. The ceremony asks for that after it has entered a CA. */
  forget(): void;
}

const PK = 'issuers';

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
const issuerOf = ({ sk: id, value }: Item): Issuer => {
  const row = wholeIssuerRow(value);
  if (!row) throw authorityUnreadable(id);
  return {
    ...row,
    id,
    certificate: decodeCertificate(Buffer.from(row.certificate, 'base64')),
    signatureAlgorithm: asDer(Buffer.from(row.signatureAlgorithm, 'base64')),
  };
};

const read = async ({ table, log }: { table: Table; log: Log }): Promise<Directory> => {
  const issuers: Issuer[] = [];
  const unreadable: string[] = [];
  for await (const item of everyItem(table, { pk: PK })) {
    try {
      issuers.push(issuerOf(item));
    } catch (error) {
      const { sk: ca } = item;
      unreadable.push(ca);
      log('error', 'The row of a CA cannot be read: its requests fail until it is mended', {
        ca,
        error: Fault.is(error) ? error.code : 'internal',
      });
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

export const openIssuers = (deps: { table: Table; clock: Clock; log: Log }): Issuers => {
  let directory: Promise<Directory> | undefined;
  let readAt = 0;
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
  return {
    enterWrites: (ca, row) => [{ put: { pk: PK, sk: ca }, value: row, if: 'absent' }],
    termsWrites: async (ca, terms) => {
      const key = { pk: PK, sk: ca };
      const row = await deps.table.get<IssuerRow>(key);
      if (!row) throw unknownAuthority(ca);
      const value: IssuerRow = { ...row.value, ...terms };
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
    byId: async (ca) => {
      const { byId, unreadable } = await current();
      const known = byId.get(ca);
      if (known) return known;
      throw unreadable.includes(ca) ? authorityUnreadable(ca) : unknownAuthority(ca);
    },
    byCertId: async ({ hashAlgorithm, issuerNameHash, issuerKeyHash }) => {
      const { byCertId, unreadable } = await current();
      const known = byCertId.get(certIdKey(hashAlgorithm, issuerNameHash, issuerKeyHash));
      const [lost] = unreadable;
      // A damaged certificate may look whole and hash to another CertID: with one row unreadable, no CertID is called unknown.
      if (!known && lost !== undefined) throw authorityUnreadable(lost);
      return known;
    },
  };
};
