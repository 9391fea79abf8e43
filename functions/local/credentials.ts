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
import { Fault } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import type { FieldValues, Profile, TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { writeWhole } from './whole-file.ts';

/**
 * Credentials that the one-machine service makes for its principals, and for its own TLS door: a key, a certificate
 * from the operations CA and the CA's certificate, as PEM files readable by their owner only. It is how a demonstration
 * gets going; at a real office every officer's key is made where it is used, and comes here as a CSR.
 */
export interface Credentials {
  readonly key: string;
  /** The certificate, followed by its CA's. */
  readonly cert: string;
  readonly ca: string;
}

const FILES = { key: 'key.pem', cert: 'cert.pem', ca: 'ca.pem' } as const;

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Renewed at half-life, like everything that this service certifies for itself. */
const isDue = (pem: string, now: number): boolean => {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return now >= (validFromDate.getTime() + validToDate.getTime()) / 2;
};

const fits = (key: KeyObject, pem: string): boolean => new X509Certificate(pem).checkPrivateKey(key);

/** What OpenSSL says of a file that is not what it was is of no use to whoever has to put it right. */
const understood = <T>(folder: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new Fault(
      'configuration-invalid',
      `The credentials in ${folder} cannot be read as PEM; delete that folder, and new ones are made.`,
      { folder },
      { cause },
    );
  }
};

/**
 * Reads the credentials in `folder`, or makes what is missing or due. The key is stored before it is certified and the
 * order bears the key's digest, so a run that was interrupted goes on with the same key and certificate: a key beside a
 * certificate that is not its own is such a run's. Fault: `configuration-invalid` where a file is damaged.
 */
export const localCredentials = async (
  core: Core,
  folder: string,
  order: { readonly name: string; readonly profile: Profile; readonly fields: FieldValues },
  clock: Clock,
): Promise<Credentials & { readonly made: boolean }> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const path = (file: keyof typeof FILES): string => join(folder, FILES[file]);
  const [oldKey, cert, ca] = await Promise.all([
    readIfThere(path('key')),
    readIfThere(path('cert')),
    readIfThere(path('ca')),
  ]);
  const own = understood(
    folder,
    () => oldKey !== undefined && cert !== undefined && fits(createPrivateKey(oldKey), cert),
  );
  const due = cert !== undefined && understood(folder, () => isDue(cert, clock()));
  if (own && oldKey && cert && ca && !due) return { key: oldKey, cert, ca, made: false };

  const key = oldKey !== undefined && !(own && due) ? oldKey : newKey();
  if (key !== oldKey) await writeWhole(path('key'), key);
  const subjectPublicKeyInfo = understood(folder, () =>
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const ref = await core.authority.issue({
    order: `${order.name}:${hash('sha256', subjectPublicKeyInfo).slice(0, 16)}`,
    profile: order.profile.id,
    profileVersion: order.profile.version,
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

/** One folder under `root` for each principal of the trust domain. Resolves with the ids whose credentials were made. */
export const principalCredentials = async (
  core: Core,
  root: string,
  { principals, operations }: TrustDomain,
  clock: Clock,
): Promise<readonly string[]> => {
  const made: string[] = [];
  for (const { id, name } of principals) {
    const fields = { principal: id, name: name.ja };
    const order = { name: `principal:${id}`, profile: operations.principal, fields };
    if ((await localCredentials(core, join(root, id), order, clock)).made) made.push(id);
  }
  return made;
};

/** Whether the certificate in `folder` was revoked, or is on hold; false where there is none that this CA issued. */
const isRevoked = async (core: Core, folder: string, ca: string): Promise<boolean> => {
  const pem = await readIfThere(join(folder, FILES.cert));
  if (pem === undefined) return false;
  const serial = understood(folder, () => new X509Certificate(pem).serialNumber.toLowerCase());
  try {
    return (await core.authority.certificate(SERVICE, { ca, serial })).revocation !== undefined;
  } catch (error) {
    if (Fault.is(error, 'unknown-certificate')) return false;
    throw error;
  }
};

/**
 * The TLS door's own: for the host that it is reached at, and for this machine. Where two operators have revoked its
 * certificate it gets another key: the order bears the key's digest, so the same one would have the same certificate. A
 * principal's is not made anew like that, since somebody meant to keep that principal out.
 */
export const doorCredentials = async (
  core: Core,
  folder: string,
  { authorities, operations }: TrustDomain,
  publicUrl: string,
  clock: Clock,
): Promise<Credentials & { readonly made: boolean }> => {
  const { hostname } = new URL(publicUrl);
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const names = ['localhost', ...(isIP(bare) ? [] : [bare])];
  const addresses = ['127.0.0.1', '::1', ...(isIP(bare) ? [bare] : [])];
  const fields = { dnsNames: [...new Set(names)], ipAddresses: [...new Set(addresses)] };
  // A door reached by another name needs another certificate, so the name is part of where it is kept.
  const place = join(folder, bare.replace(/[^a-zA-Z0-9.-]/g, '_'));
  const ca = authorities.find(({ id }) => id === operations.service.authority)?.ca;
  if (ca !== undefined && (await isRevoked(core, place, ca)))
    await rm(join(place, FILES.key), { force: true });
  return localCredentials(core, place, { name: `door:${bare}`, profile: operations.service, fields }, clock);
};
