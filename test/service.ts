import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DiskFloor } from '../functions/local/disk-floor.ts';
import { type App, type Core, compose } from '../lib/app.ts';
import { type Cas, openCas } from '../lib/authority/authority.ts';
import { openDataKeyFiles } from '../lib/keys/data-key-files.ts';
import type { KeyStore } from '../lib/keys/keys.ts';
import { sessionKeysOf } from '../lib/keys/sealed.ts';
import type { DataKeys } from '../lib/personal/personal.ts';
import type { Log } from '../lib/ports.ts';
import type { Principal } from '../lib/principal.ts';
import type { RequestView } from '../lib/registration/registration.ts';
import { issuerTermsOf, issuerUrls, openIssuers } from '../lib/status/status.ts';
import { openFileBucket } from '../lib/store/file-bucket.ts';
import { openSqliteTable } from '../lib/store/sqlite.ts';
import type { Bucket, Objects, Table } from '../lib/store/store.ts';
import { openTableObjects } from '../lib/store/table-objects.ts';
import { readTrustDomain, type TrustDomain } from '../lib/trust-domain/trust-domain.ts';
import { credentialsIn, enrolAll, peopleOf, principalsOf, type TestPeople } from './demonstration-people.ts';
import { copyPrepared } from './prepared.ts';
import { openTestKeys } from './scrypt-once.ts';

/** The whole service over real parts, in a folder of its own, with a clock that tests set. */

export const DEMONSTRATION = resolve(import.meta.dirname, '../domains/demonstration.json');

export interface Service {
  readonly folder: string;
  readonly core: Core;
  readonly app: App;
  readonly trustDomain: TrustDomain;
  readonly trustDomainText: string;
  /** The operators of the file, and those who were enrolled when the data were made. */
  readonly principals: readonly Principal[];
  readonly table: Table;
  readonly personal: Table;
  readonly dataKeys: DataKeys;
  readonly bucket: Bucket;
  readonly keys: KeyStore;
  readonly objects: Objects;
  readonly actKeys: KeyStore;
  /** Moves the service's clock forward by `ms` milliseconds. */
  advance(ms: number): void;
  now(): number;
  principal(id: string): Principal;
  /** What the service logged. */
  readonly logged: { level: string; message: string; facts: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

export interface Options {
  /** Changes the demonstration's trust domain before it is read. */
  readonly domain?: (file: DomainFile) => void;
  /** Changes the demonstration's offices and people before they are enrolled. */
  readonly people?: (people: TestPeople) => void;
  /** Enrols nobody: the file's operators are all that there is. */
  readonly nobody?: boolean;
  /** The service's address in certificates. */
  readonly publicUrl?: string;
  /** Milliseconds by which the clock starts ahead; negative for the past. */
  readonly ahead?: number;
  readonly table?: (table: Table) => Table;
  readonly personal?: (personal: Table) => Table;
  readonly dataKeys?: (dataKeys: DataKeys) => DataKeys;
  readonly bucket?: (bucket: Bucket) => Bucket;
  readonly keys?: (keys: KeyStore) => KeyStore;
  readonly objects?: (objects: Objects) => Objects;
  /** Holds the ceremony through the stores and keys above, instead of copying the data of another service after its own. */
  readonly fresh?: boolean;
  /** The disk's level, for `serveService`. */
  readonly disk?: Pick<DiskFloor, 'level'>;
}

/** The members of a trust domain's file that tests change. */
export interface DomainFile {
  readonly authorities: {
    readonly id: string;
    crl: Record<string, unknown>;
    ocsp: Record<string, unknown>;
  }[];
  readonly profiles: { readonly id: string; readonly authority: string }[];
  readonly operators: { readonly id: string }[];
}

export const PUBLIC_URL = 'http://localhost:8080';

/** What else a new service does before its test begins. */
export interface Preparation {
  /** Tells its data from those of other preparations. */
  readonly name: string;
  readonly prepare: (service: Service) => Promise<void>;
}

/**
 * Opens the service over the data in `folder`. Where there are none it gets those of a service after its ceremony and `further`.
 * Over other data the ceremony is held if the trust domain has changed.
 */
export const openService = async (
  folder: string,
  options: Options = {},
  further?: Preparation,
): Promise<Service> => {
  const text = domainText(options);
  const people = await peopleOf(text, options);
  if (hasData(folder)) return openOver(folder, text, people, options);
  if (options.fresh) return openNew(folder, text, people, options, further);
  const { publicUrl = PUBLIC_URL, ahead = 0 } = options;
  await copyPrepared(folder, [text, people, publicUrl, ahead, further?.name], async (place) => {
    const service = await openNew(place, text, people, { publicUrl, ahead }, further);
    await service.close();
  });
  return openOver(folder, text, people, options);
};

const openNew = async (
  folder: string,
  text: string,
  people: TestPeople,
  options: Options,
  further?: Preparation,
): Promise<Service> => {
  const service = await openOver(folder, text, people, options);
  await enrolAll(service.core, service.trustDomain, people, credentialsIn(folder));
  await further?.prepare(service);
  return service;
};

const domainText = ({ domain }: Options): string => {
  const file: DomainFile = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
  domain?.(file);
  return JSON.stringify(file);
};

const PARTS = {
  table: 'table.sqlite',
  personal: 'personal.sqlite',
  dataKeys: 'data-keys',
  keys: 'keys',
  objects: 'objects',
  proofs: 'proofs.sqlite',
} as const;

const hasData = (folder: string): boolean =>
  Object.values(PARTS).some((name) => existsSync(join(folder, name)));

const openOver = async (
  folder: string,
  text: string,
  people: TestPeople,
  options: Options,
): Promise<Service> => {
  const trustDomain = readTrustDomain(text);
  const sqlite = await openSqliteTable(join(folder, PARTS.table));
  const random = (n: number): Uint8Array => randomBytes(n);
  const sealed = await openTestKeys(join(folder, PARTS.keys));
  const keyFiles = await openDataKeyFiles({ folder: join(folder, PARTS.dataKeys), sealedBy: sealed, random });
  const names = await openSqliteTable(join(folder, PARTS.personal));
  const files = await openFileBucket(join(folder, PARTS.objects));
  const proofs = await openSqliteTable(join(folder, PARTS.proofs));
  const once = openTableObjects(proofs);
  const objects = options.objects?.(once) ?? once;
  const table = options.table?.(sqlite) ?? sqlite;
  const personal = options.personal?.(names) ?? names;
  const dataKeys = options.dataKeys?.(keyFiles) ?? keyFiles;
  const bucket = options.bucket?.(files) ?? files;
  const keys = options.keys?.(sealed) ?? sealed;
  let ahead = options.ahead ?? 0;
  const publicUrl = options.publicUrl ?? PUBLIC_URL;
  const clock = (): number => Date.now() + ahead;
  const logged: Service['logged'] = [];
  const log: Log = (level, message, facts = {}) => logged.push({ level, message, facts });
  const core = compose({
    trustDomain,
    trustDomainText: text,
    publicUrls: [publicUrl],
    table,
    personal,
    dataKeys,
    bucket,
    objects,
    keys,
    actKeys: sealed,
    responderKeys: keys,
    sessionKeys: sessionKeysOf(sealed),
    clock,
    random,
    log,
  });
  try {
    await core.authority.holdCeremony(() => {});
    const signer = await core.tokenIssuerKey();
    const app = await core.open({ embedded: { signer, issuer: publicUrl, audience: publicUrl } });
    return {
      folder,
      core,
      app,
      trustDomain,
      trustDomainText: text,
      principals: principalsOf(trustDomain, people),
      table,
      personal,
      dataKeys,
      bucket,
      keys,
      objects,
      actKeys: sealed,
      logged,
      advance: (ms) => {
        ahead += ms;
      },
      now: clock,
      principal: (id) => {
        const found = principalsOf(trustDomain, people).find((principal) => principal.id === id);
        if (!found) throw new Error(`no principal ${id}`);
        return found;
      },
      close: async () => {
        await Promise.all([sqlite, names, proofs].map((file) => file.close()));
      },
    };
  } catch (error) {
    await Promise.all([sqlite, names, proofs].map((file) => file.close()));
    throw error;
  }
};

/** For tests that publish CRLs by themselves. */
export const crlSignerOf = ({ trustDomain, keys, table, now }: Service): Cas['signCrl'] => {
  const issuers = openIssuers({
    table,
    terms: trustDomain.authorities.map(issuerTermsOf),
    isCertificateOf: async () => true,
    clock: now,
    log: () => {},
  });
  const urlsOf = async (ca: string) => issuerUrls(ca, [PUBLIC_URL]);
  const standing = { assertMayAct: async () => {} };
  return openCas({ trustDomain, keys, issuers, urlsOf, standing }).signCrl;
};

/** A temporary folder. `remove` deletes it. */
export const temporaryFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'akashi-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** Makes a key and a CSR by stock openssl, in files `{name}.key` and `{name}.csr`. Returns the CSR's PEM. */
export const opensslRequest = (folder: string, name: string, newkey: readonly string[] = P256): string => {
  const csr = join(folder, `${name}.csr`);
  const key = join(folder, `${name}.key`);
  execFileSync(
    'openssl',
    ['req', '-new', ...newkey, '-nodes', '-keyout', key, '-out', csr, '-subj', '/CN=anything'],
    {
      stdio: 'pipe',
    },
  );
  return readFileSync(csr, 'utf8');
};

export const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const;

/** One submission for each profile that offices may apply for. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {
  'official-position': { position: 'Mayor', positionJa: '市長', mail: 'mayor@mizusaki.example' },
  'organisation-server': { dnsNames: ['www.mizusaki.example', 'shinsei.mizusaki.example'] },
  'organisation-client': { system: 'Certificate counter', deviceId: 'HG-0001' },
  'person-signature': {
    holderId: '2026112200000001',
    name: '田辺 花子',
    dateOfBirth: '1990-02-17',
    sex: '2',
    address: '常盤県瑞崎市東区一丁目2番3号',
  },
  'person-authentication': { holderId: '2026112200000001' },
};

/** Submits, examines twice and issues, by three persons of the demonstration domain. */
/** Whom a certificate of the profile is about: a person's is about somebody. */
export const holderFor = (profile: string): { readonly holder?: string } =>
  profile.startsWith('person-') ? { holder: 'holder-tanabe' } : {};

export const issueThroughOffice = async (
  service: Service,
  profile: string,
  csr: string,
): Promise<RequestView & { certificate: { ca: string; serial: string } }> => {
  const { registration } = service.app;
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile,
    csr,
    fields: FIELDS[profile] ?? {},
    ...holderFor(profile),
  });
  await registration.examine(service.principal('higashi-examiner'), request.id, { decision: 'approve' });
  const done = await registration.examine(service.principal('operator-noda'), request.id, {
    decision: 'approve',
  });
  if (!done.certificate) throw new Error(`the request ended ${done.state}`);
  return { ...done, certificate: done.certificate };
};

/** Collects the certificate into `{name}.pem` and its CA's into `{name}-ca.pem`. */
export const collectInto = async (service: Service, id: string, folder: string, name: string) => {
  const { pem } = await service.app.registration.collect(service.principal('higashi-counter'), id, 'GET', {
    withRoot: true,
  });
  const [certificate, ca] = pem.match(/-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n/g) ?? [];
  const paths = { certificate: join(folder, `${name}.pem`), ca: join(folder, `${name}-ca.pem`) };
  writeFileSync(paths.certificate, certificate as string);
  writeFileSync(paths.ca, ca as string);
  return paths;
};
