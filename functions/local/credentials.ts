import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type Core, SERVICE } from '../../lib/app.ts';
import { Fault, phrase } from '../../lib/fault.ts';
import { encodePem } from '../../lib/pki/pki.ts';
import type { Clock } from '../../lib/ports.ts';
import {
  describeSubject,
  type FieldValues,
  holderCasOf,
  type Profile,
  type TrustDomain,
} from '../../lib/trust-domain/trust-domain.ts';
import { writeWhole } from './whole-file.ts';

/**
 * Credentials that the one-machine service makes for its own TLS door, and for the principals of the demonstration: a key, a
 * certificate from the operations CA and the CA's certificate, as PEM files that only their owner can read. At a real office
 * the key of every person is made where it is used, and only its certification request comes here (requests.ts).
 */
export interface Credentials {
  readonly key: string;
  /** The certificate, followed by its CA's. */
  readonly cert: string;
  readonly ca: string;
}

const FILES = { key: 'key.pem', cert: 'cert.pem', ca: 'ca.pem' } as const;

export const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** True from half-life on, when the service renews every certificate of its own. */
export const isDue = (pem: string, now: number): boolean => {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return now >= (validFromDate.getTime() + validToDate.getTime()) / 2;
};

const fits = (key: KeyObject, pem: string): boolean => new X509Certificate(pem).checkPrivateKey(key);

/** OpenSSL's message about a damaged file does not help the person who must repair it, so a fault replaces it. */
const readable = <T>(folder: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new Fault(
      'configuration-invalid',
      phrase`The credentials in ${folder} cannot be read as PEM; delete that folder, and start again.`,
      { folder },
      { cause },
    );
  }
};

/**
 * Reads the credentials in `folder`, or makes what is missing or due. The key is stored before it is certified, and the
 * order contains the key's digest, so the run after an interruption goes on with the same key and gets the same
 * certificate. A certificate that does not belong to the key beside it shows such an interruption. `anew` makes another key
 * whatever is there. Fault: `configuration-invalid` where a file is damaged.
 */
export const localCredentials = async (
  core: Core,
  folder: string,
  order: { readonly name: string; readonly profile: Profile; readonly fields: FieldValues },
  clock: Clock,
  anew = false,
): Promise<Credentials & { readonly made: boolean }> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const path = (file: keyof typeof FILES): string => join(folder, FILES[file]);
  const read = async (file: keyof typeof FILES) => (anew ? undefined : readIfThere(path(file)));
  const [oldKey, cert, ca] = await Promise.all([read('key'), read('cert'), read('ca')]);
  const own = readable(
    folder,
    () => oldKey !== undefined && cert !== undefined && fits(createPrivateKey(oldKey), cert),
  );
  const due = cert !== undefined && readable(folder, () => isDue(cert, clock()));
  if (own && oldKey && cert && ca) {
    // While the table is behind its log nothing is issued, and the old certificate serves to its end.
    const stays = !due || (await core.tableStanding.behind()) !== undefined;
    if (stays) return { key: oldKey, cert, ca, made: false };
  }

  const key = oldKey !== undefined && !(own && due) ? oldKey : newKey();
  if (key !== oldKey) await writeWhole(path('key'), key);
  const subjectPublicKeyInfo = readable(folder, () =>
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const ref = await core.authority.issue({
    order: `${order.name}:${hash('sha256', subjectPublicKeyInfo).slice(0, 16)}`,
    profile: order.profile.id,
    fields: order.fields,
    subjectPublicKeyInfo,
    actor: 'service',
  });
  const chain = await core.authority.chainPem(ref);
  const caPem = chain.slice(chain.lastIndexOf('-----BEGIN'));
  await writeWhole(path('ca'), caPem);
  await writeWhole(path('cert'), chain);
  return { key, cert: chain, ca: caPem, made: true };
};

const newKey = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
};

/** The serial number of the certificate in `folder`. Fault: `configuration-invalid`. */
export const serialIn = (folder: string, pem: string): string =>
  readable(folder, () => new X509Certificate(pem).serialNumber.toLowerCase());

/** Whether the certificate in `folder` is revoked or on hold; false if this CA did not issue it. */
const isRevoked = async (core: Core, folder: string, ca: string): Promise<boolean> => {
  const pem = await readIfThere(join(folder, FILES.cert));
  if (pem === undefined) return false;
  const serial = serialIn(folder, pem);
  try {
    return (await core.authority.certificate(SERVICE, { ca, serial })).revocation !== undefined;
  } catch (error) {
    if (Fault.is(error, 'unknown-certificate')) return false;
    throw error;
  }
};

const doorNames = (publicUrl: string) => {
  const { hostname } = new URL(publicUrl);
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const names = ['localhost', ...(isIP(bare) ? [] : [bare])];
  const addresses = ['127.0.0.1', '::1', ...(isIP(bare) ? [bare] : [])];
  return { bare, fields: { dnsNames: [...new Set(names)], ipAddresses: [...new Set(addresses)] } };
};

/**
 * Checks, before anything is made, that the TLS door can have its certificate. Faults: `invalid-field` for a host that the
 * profile does not take, or a profile without fields for hosts. No person gave these values, so the fault says which they are.
 */
export const assertDoor = ({ operations: { service } }: TrustDomain, publicUrl: string): void => {
  const { fields } = doorNames(publicUrl);
  try {
    describeSubject(service, undefined, fields);
  } catch (error) {
    if (!Fault.is(error, 'invalid-field')) throw error;
    const names = [...fields.dnsNames, ...fields.ipAddresses].join(', ');
    throw new Fault(
      error.code,
      phrase`The profile ${service.id} of the trust domain file does not take the names of the service's own TLS door. They are ${names}: this machine's, and the host of ${publicUrl} (PUBLIC_URL, or "addresses" of the file). ${error.phrase} Change the profile or the address.`,
      { ...error.facts, profile: service.id },
      { cause: error },
    );
  }
};

/** The certificates of the CAs that the TLS door names to clients, in PEM. */
export const clientCasOf = async (
  core: Core,
  trustDomain: TrustDomain,
  operationsCa: string,
): Promise<readonly string[]> => [
  operationsCa,
  ...(await Promise.all(
    holderCasOf(trustDomain).map(async (ca) =>
      encodePem('CERTIFICATE', await core.authority.caCertificate(ca)),
    ),
  )),
];

/**
 * The TLS door's credentials, for the host in the public URL and for this machine. If two operators revoked the
 * certificate, the door gets a new key: the order contains the key's digest, so the old key would get the old
 * certificate again.
 */
export const doorCredentials = async (
  core: Core,
  folder: string,
  { authorities, operations }: TrustDomain,
  publicUrl: string,
  clock: Clock,
): Promise<Credentials & { readonly made: boolean }> => {
  const { bare, fields } = doorNames(publicUrl);
  // Another host needs another certificate, so the folder is named after the host.
  const place = join(folder, bare.replace(/[^a-zA-Z0-9.-]/g, '_'));
  const ca = authorities.find(({ id }) => id === operations.service.authority)?.ca;
  if (ca !== undefined && (await isRevoked(core, place, ca)))
    await rm(join(place, FILES.key), { force: true });
  return localCredentials(core, place, { name: `door:${bare}`, profile: operations.service, fields }, clock);
};
