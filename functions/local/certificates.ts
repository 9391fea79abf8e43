import { X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Core } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { certifyApplicant, orderOf } from '../tasks/principal-certificate.ts';
import { isDue, readIfThere } from './credentials.ts';
import { readRequest } from './requests.ts';
import { writeWhole } from './whole-file.ts';

/** Said of a principal whose key no ceremony recorded. */
export const NONE_YET = 'no certificate yet';

export interface CertifiedPrincipals {
  /** Whose certificates were put into the folder now, with the SHA-256 of the SubjectPublicKeyInfo. */
  readonly written: readonly { readonly principal: string; readonly publicKeyDigest: string }[];
  /** Why a principal has no certificate there, or none that lasts, by its id. */
  readonly notes: ReadonlyMap<string, string>;
}

/**
 * The certificates of the keys that ceremonies recorded, each as `{principal}/cert.pem` and `ca.pem` below `folder`. No other
 * key is certified, whatever requests stand beside the trust domain's file. A ceremony that was interrupted is finished with
 * the request that it recorded. Where the profile takes a renewal with the same key, good certificates are renewed from
 * half-life on; that needs nothing from the person.
 */
export const certifyPrincipals = async (
  core: Core,
  trustDomain: TrustDomain,
  {
    principals,
    requests,
    folder,
    clock,
  }: {
    readonly principals: readonly string[];
    readonly requests: string;
    readonly folder: string;
    readonly clock: Clock;
  },
): Promise<CertifiedPrincipals> => {
  const written: { principal: string; publicKeyDigest: string }[] = [];
  const notes = new Map<string, string>();
  const keys = new Map((await core.authority.ceremonyKeys()).map((key) => [key.principal, key]));
  for (const id of principals) {
    const key = keys.get(id);
    if (key === undefined) {
      notes.set(id, NONE_YET);
      continue;
    }
    const { publicKeyDigest } = key;
    try {
      const chain = await chainOf(core, trustDomain, requests, key);
      if (chain === undefined) {
        const request = join(requests, `${id}.csr`);
        notes.set(
          id,
          `no certificate: put back ${request} for the key with the fingerprint ${publicKeyDigest}`,
        );
        continue;
      }
      const { newest, note } = await renewed(core, trustDomain, key, chain, clock());
      if (note !== undefined) notes.set(id, note);
      if (await putCertificate(join(folder, id), newest)) written.push({ principal: id, publicKeyDigest });
    } catch (error) {
      // A key that may not be certified keeps nobody else from working.
      if (!REFUSALS.some((code) => Fault.is(error, code))) throw error;
      notes.set(id, `no certificate: ${(error as Fault).message}`);
    }
  }
  return { written, notes };
};

const REFUSALS = ['table-behind', 'duplicate-key', 'compromised-key'] as const;

type CeremonyKey = Awaited<ReturnType<Core['authority']['ceremonyKeys']>>[number];

/** Writes a certificate and its CA's. Resolves with whether there was anything to write. */
export const putCertificate = async (place: string, chain: string): Promise<boolean> => {
  const files = { 'ca.pem': chain.slice(chain.lastIndexOf('-----BEGIN')), 'cert.pem': chain };
  let isWritten = false;
  for (const [name, text] of Object.entries(files)) {
    if ((await readIfThere(join(place, name))) === text) continue;
    await mkdir(place, { recursive: true, mode: 0o700 });
    await writeWhole(join(place, name), text);
    isWritten = true;
  }
  return isWritten;
};

/** The first certificate of the key. Undefined where the request that the ceremony recorded is gone, or was replaced. */
const chainOf = async (
  core: Core,
  trustDomain: TrustDomain,
  requests: string,
  key: CeremonyKey,
): Promise<string | undefined> => {
  const issued = await issuedBefore(core, orderOf(key));
  if (issued !== undefined) return issued;
  const applicant = await readRequest(requests, trustDomain, key.principal).catch(() => undefined);
  if (applicant?.publicKeyDigest !== key.publicKeyDigest) return undefined;
  return certifyApplicant(core, trustDomain, applicant, [key.record], key.actor);
};

/** The newest certificate of the key, and what there is to say of it. */
const renewed = async (
  core: Core,
  trustDomain: TrustDomain,
  key: CeremonyKey,
  first: string,
  now: number,
): Promise<{ readonly newest: string; readonly note?: string }> => {
  const { principal: profile } = trustDomain.operations;
  const ca = trustDomain.authorities.find(({ id }) => id === profile.authority)?.ca ?? '';
  let newest = first;
  for (let number = 2; ; number++) {
    const certificate = new X509Certificate(newest);
    const state = await core.authority.actedState({ ca, serial: certificate.serialNumber.toLowerCase() });
    const order = `${orderOf(key)}:${number}`;
    const next = await issuedBefore(core, order);
    if (next !== undefined) {
      newest = next;
      continue;
    }
    if (state !== 'good')
      return { newest, note: state === 'hold' ? 'certificate on hold' : 'certificate revoked' };
    if (!isDue(newest, now)) return { newest };
    if (profile.sameKey !== 'renewal') {
      return { newest, note: `certificate ends ${certificate.validToDate.toISOString().slice(0, 10)}` };
    }
    const issuing = core.authority.issue({
      order,
      profile: profile.id,
      fields: { principal: key.principal, name: nameOf(trustDomain, key) },
      subjectPublicKeyInfo: certificate.publicKey.export({ type: 'spki', format: 'der' }),
      actor: 'service',
      basis: [key.record],
    });
    try {
      newest = await core.authority.chainPem(await issuing);
    } catch (error) {
      // The certificate is good for half of its life yet, and the next start tries again.
      if (!Fault.is(error)) throw error;
      return { newest, note: `certificate not renewed: ${error.message}` };
    }
  }
};

const nameOf = ({ operators }: TrustDomain, { principal }: CeremonyKey): string =>
  operators.find(({ id }) => id === principal)?.name.ja ?? '';

/** Somebody took the files away, or this folder was restored. */
const issuedBefore = async (core: Core, order: string): Promise<string | undefined> => {
  const ref = await core.authority.issuedFor(order);
  try {
    return ref && (await core.authority.chainPem(ref));
  } catch (error) {
    if (Fault.is(error, 'not-issued') || Fault.is(error, 'unknown-certificate')) return undefined;
    throw error;
  }
};
