import { generateKeyPairSync, hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import type { KeyStore, Signer } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { type DataKeys, openPersonal, type PersonalData } from '../../lib/personal/personal.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Bucket, Objects, Table } from '../../lib/store/store.ts';
import { readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { memoryDataKeys, memoryKeys, memoryObjects } from '../acts.ts';
import { credentialsIn, enrolAll, peopleOf, principalsOf, type TestPeople } from '../demonstration-people.ts';
import { DEMONSTRATION, PUBLIC_URL, type Service, temporaryFolder } from '../service.ts';

/**
 * The service over real stores. A test may compose it several times over the same stores, like several processes on one
 * table, or like one that starts again. Its clock stands still until it is set. Keys are in memory, outlive the
 * processes, and list what they signed.
 */

const orderKeys = new Map<string, Uint8Array>();

/** The SubjectPublicKeyInfo that the order of that name is for, always the same: no two orders have the same key. */
export const keyOfOrder = (order: string): Uint8Array => {
  const known = orderKeys.get(order);
  if (known) return known;
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'der' });
  orderKeys.set(order, key);
  return key;
};

/** The parts that outlive a process. */
export interface Ground {
  readonly folder: string;
  readonly table: Table;
  readonly personal: Table;
  readonly dataKeys: DataKeys;
  readonly bucket: Bucket;
  readonly keys: KeyStore;
  readonly objects: Objects;
  readonly actKeys: KeyStore;
  /** Ids of created keys, in order; a key that is requested again is listed once. */
  readonly made: string[];
  /** Key id and SHA-256 of what was signed with it. */
  readonly signed: { readonly id: string; readonly digest: string }[];
  /** Milliseconds since the epoch. */
  readonly time: { now: number };
  close(): Promise<void>;
}

/** The members of a trust domain's file that tests change. */
export interface HouseFile {
  readonly authorities: {
    id: string;
    algorithm: string;
    validity: string;
    crl: Record<string, unknown>;
    ocsp: Record<string, unknown>;
  }[];
  readonly profiles: {
    id: string;
    version: number;
    authority: string;
    kind: string;
    hold: string;
    validity: string;
  }[];
  name: string;
  readonly tenants: { id: string; readonly title: { ja: string; en: string } }[];
  readonly operators: {
    id: string;
    person?: string;
    tenant?: string;
    readonly name: { ja: string; en: string };
  }[];
  readonly retention: Record<'provision' | 'issuanceAfterExpiry' | 'crl' | 'report', string> & {
    enrolment?: string;
  };
}

export const openGround = async (): Promise<Ground> => {
  const folder = temporaryFolder();
  const table = await openSqliteTable(join(folder.path, 'table.sqlite'));
  const personal = await openSqliteTable(join(folder.path, 'personal.sqlite'));
  const bucket = await openFileBucket(join(folder.path, 'objects'));
  const signers = new Map<string, Promise<Signer>>();
  const made: string[] = [];
  const signed: Ground['signed'] = [];

  const watched = (id: string, signer: Signer): Signer => ({
    algorithm: signer.algorithm,
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    sign: (message) => {
      signed.push({ id, digest: hash('sha256', message) });
      return signer.sign(message);
    },
  });
  const keys: KeyStore = {
    create: async (id, algorithm) => {
      const known = signers.get(id);
      if (known) return known;
      made.push(id);
      const making = generateSoftwareKey(algorithm).then((signer) => watched(id, signer));
      signers.set(id, making);
      return making;
    },
    open: async (id) => {
      const known = signers.get(id);
      if (known) return known;
      throw new Fault('unknown-key', 'The key store has no key of that id.', { id });
    },
  };
  return {
    folder: folder.path,
    table,
    personal,
    dataKeys: memoryDataKeys(),
    bucket,
    keys,
    objects: memoryObjects(),
    actKeys: memoryKeys(),
    made,
    signed,
    time: { now: Date.parse('2026-11-22T09:00:00.250Z') },
    close: async () => {
      await table.close();
      await personal.close();
      folder.remove();
    },
  };
};

/** The demonstration's domain, with key algorithms that generate fast. */
export const fileOf = (change?: (file: HouseFile) => void): string => {
  const file: HouseFile = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
  for (const authority of file.authorities) {
    authority.algorithm = 'ecdsa-p256-sha256';
    delete authority.ocsp.furtherAlgorithms;
  }
  change?.(file);
  return JSON.stringify(file);
};

export interface HouseOptions {
  readonly domain?: (file: HouseFile) => void;
  /** Changes the demonstration's offices and people before they are enrolled. */
  readonly people?: (people: TestPeople) => void;
  /** Enrols nobody: the file's operators are all that there is. */
  readonly nobody?: boolean;
  readonly table?: (table: Table) => Table;
  readonly personal?: (personal: Table) => Table;
  readonly dataKeys?: (dataKeys: DataKeys) => DataKeys;
  readonly bucket?: (bucket: Bucket) => Bucket;
  readonly keys?: (keys: KeyStore) => KeyStore;
  readonly objects?: (objects: Objects) => Objects;
  /**
   * A process that takes the file in force for this trust domain: it may act, and acts by other rules than the file has.
   */
  readonly misread?: (file: HouseFile) => void;
  readonly publicUrl?: string;
  readonly logOrigin?: string;
}

/** The personal data on the ground, as another process has them. */
export const personalDataOn = (ground: Ground, { core }: Pick<Service, 'core'>): PersonalData =>
  openPersonal({
    ...ground,
    recorder: core.ledger,
    clock: () => ground.time.now,
    random: (n) => randomBytes(n),
  }).data;

/** A bucket in which no end of an act can be put. */
export const withoutEnds = (objects: Objects): Objects => ({
  ...objects,
  put: (key, body, options) =>
    key.startsWith('outcomes/')
      ? Promise.reject(new Fault('store-unavailable', 'The bucket does not answer.'))
      : objects.put(key, body, options),
});

/** One process on the ground; nothing is done yet. */
export const composeHouse = (ground: Ground, options: HouseOptions = {}) => {
  const text = fileOf(options.domain);
  const trustDomain = readTrustDomain(options.misread ? fileOf(options.misread) : text);
  const table = options.table?.(ground.table) ?? ground.table;
  const personal = options.personal?.(ground.personal) ?? ground.personal;
  const dataKeys = options.dataKeys?.(ground.dataKeys) ?? ground.dataKeys;
  const bucket = options.bucket?.(ground.bucket) ?? ground.bucket;
  const keys = options.keys?.(ground.keys) ?? ground.keys;
  const objects = options.objects?.(ground.objects) ?? ground.objects;
  const clock = (): number => ground.time.now;
  const logged: Service['logged'] = [];
  const core = compose({
    trustDomain,
    trustDomainText: text,
    publicUrls: [options.publicUrl ?? PUBLIC_URL],
    logOrigin: options.logOrigin,
    table,
    personal,
    dataKeys,
    bucket,
    objects,
    keys,
    actKeys: ground.actKeys,
    responderKeys: keys,
    clock,
    random: (n) => randomBytes(n),
    log: (level, message, facts = {}) => logged.push({ level, message, facts }),
  });
  return {
    core,
    trustDomain,
    trustDomainText: text,
    table,
    personal,
    dataKeys,
    bucket,
    keys,
    objects,
    actKeys: ground.actKeys,
    logged,
  };
};

/** A process without the failures of the test: it holds the first ceremony, and enrols the people. */
const begin = async (ground: Ground, options: HouseOptions, people: TestPeople): Promise<void> => {
  const { domain, publicUrl, logOrigin } = options;
  const plain = composeHouse(ground, {
    ...(domain && { domain }),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(logOrigin !== undefined && { logOrigin }),
  });
  await plain.core.authority.holdCeremony(() => {});
  await enrolAll(plain.core, plain.trustDomain, people, credentialsIn(ground.folder));
};

/** One process on the ground, after its ceremony and ready for requests. */
export const openHouse = async (ground: Ground, options: HouseOptions = {}): Promise<Service> => {
  const people = await peopleOf(fileOf(options.domain), options);
  if (ground.made.length === 0) await begin(ground, options, people);
  const house = composeHouse(ground, options);
  await house.core.authority.holdCeremony(() => {});
  const signer = await ground.keys.create('token-issuer', 'ed25519');
  const app = await house.core.open({ embedded: { signer, issuer: PUBLIC_URL, audience: PUBLIC_URL } });
  const principals = principalsOf(house.trustDomain, people);
  return {
    ...house,
    folder: ground.folder,
    app,
    principals,
    advance: (ms) => {
      ground.time.now += ms;
    },
    now: () => ground.time.now,
    principal: (id) => {
      const found = principals.find((principal) => principal.id === id);
      if (!found) throw new Error(`no principal ${id}`);
      return found;
    },
    close: async () => {},
  };
};

export const SECOND = 1000;
export const DAY = 86_400 * SECOND;

/** Repeats an act while the store does not answer, as careful clients do. */
export const insist = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!Fault.is(error, 'store-unavailable')) throw error;
    }
  }
  throw new Error('the store never answered');
};

export const FAILURES = ['lost', 'appliedThenErrored'] as const;

/** A process that loses the write of a certificate's rows, once. */
export const losingRows = (): HouseOptions => {
  let isLost = false;
  return {
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      write: async (writes) => {
        if (isLost || !writes.some((one) => 'put' in one && one.put.pk.startsWith('certificates/')))
          return table.write(writes);
        isLost = true;
        throw new Fault('store-unavailable', 'The store did not answer (a failure that this test planned).');
      },
      close: () => table.close(),
    }),
  };
};

export const codeOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return 'none';
  } catch (error) {
    return Fault.is(error) ? error.code : `not a Fault: ${String(error)}`;
  }
};
