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
import type { Clock } from '../ports.ts';
import type { Table, Write } from '../store/store.ts';

/**
 * The directory of our CAs, as status needs them: their certificates, where they publish, and the terms of their
 * CRLs and OCSP answers. The ceremony writes it, entries keep it for a minute.
 *
 *   issuers  {ca}  IssuerRow
 */
export type IssuerRow = {
  readonly authority: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  /** The algorithm's name, for people. */
  readonly algorithm: string;
  /** base64 of the DER certificate. */
  readonly certificate: string;
  /** base64 of the DER AlgorithmIdentifier with which this CA's key signs. */
  readonly signatureAlgorithm: string;
  readonly urls: { readonly certificate: string; readonly crl: readonly string[]; readonly ocsp: string };
  readonly crl: {
    /** Seconds between publications, and of validity (nextUpdate - thisUpdate). */
    readonly interval: number;
    readonly nextUpdate: number;
    readonly onlyContainsUserCerts: boolean;
  };
  /** As in the trust domain; lengths of time in seconds. */
  readonly ocsp: {
    /** Names of the algorithms of the CA's responders; the first one answers by default. */
    readonly algorithms: readonly [string, ...string[]];
    readonly nextUpdate: number;
    readonly maxAge: number;
    readonly maxCertIds: number;
    readonly neverIssued: 'unknown' | 'revoked';
    readonly signedRequests: 'optional' | 'required';
    readonly retentionInterval: number;
    readonly crlReferences: boolean;
  };
};

export interface Issuer extends Omit<IssuerRow, 'certificate' | 'signatureAlgorithm'> {
  readonly id: string;
  readonly certificate: Certificate;
  readonly signatureAlgorithm: Der;
}

export interface Issuers {
  all(): Promise<readonly Issuer[]>;
  /** Faults: `unknown-authority`. */
  byId(ca: string): Promise<Issuer>;
  /** The CA that a CertID names, by key hash and name hash together: generations share a DN. */
  byCertId(certId: CertId): Promise<Issuer | undefined>;
  /** Enters a new CA. */
  enterWrites(ca: string, row: IssuerRow): readonly Write[];
  /** Changes the terms of a CA that is there; nothing to write where they are these already. Faults: `unknown-authority`. */
  termsWrites(ca: string, terms: Pick<IssuerRow, 'title' | 'crl' | 'ocsp'>): Promise<readonly Write[]>;
  /** Reads the directory anew at the next call: for whoever has just entered a CA. */
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
}

const read = async (table: Table): Promise<Directory> => {
  const { items } = await table.query<IssuerRow>({ pk: PK, limit: 1000 });
  const issuers = items.map(({ sk, value }): Issuer => {
    return {
      ...value,
      id: sk,
      certificate: decodeCertificate(Buffer.from(value.certificate, 'base64')),
      signatureAlgorithm: asDer(Buffer.from(value.signatureAlgorithm, 'base64')),
    };
  });
  const byCertId = new Map<string, Issuer>();
  for (const issuer of issuers) {
    const name = encodeName(issuer.certificate.subject);
    const key = subjectPublicKeyOctets(issuer.certificate.subjectPublicKeyInfo);
    for (const [algorithm, digest] of DIGESTS) {
      byCertId.set(certIdKey(algorithm, hash(digest, name, 'buffer'), hash(digest, key, 'buffer')), issuer);
    }
  }
  return { issuers, byId: new Map(issuers.map((issuer) => [issuer.id, issuer])), byCertId };
};

const unknownAuthority = (ca: string): Fault =>
  new Fault('unknown-authority', 'There is no such certification authority here.', { ca });

/** A CA that came into being elsewhere is seen by running processes within this time. */
const REREAD_MS = 60_000;

export const openIssuers = (deps: { table: Table; clock: Clock }): Issuers => {
  let directory: Promise<Directory> | undefined;
  let readAt = 0;
  const current = (): Promise<Directory> => {
    const now = deps.clock();
    // Read before the moment that the clock shows: it was set back, and would keep the directory until it has caught up.
    if (directory && now >= readAt && now < readAt + REREAD_MS) return directory;
    const fresh = read(deps.table).catch((error: unknown) => {
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
    byId: async (ca) => {
      const known = (await current()).byId.get(ca);
      if (known) return known;
      throw unknownAuthority(ca);
    },
    byCertId: async (certId) =>
      (await current()).byCertId.get(
        certIdKey(certId.hashAlgorithm, certId.issuerNameHash, certId.issuerKeyHash),
      ),
  };
};
