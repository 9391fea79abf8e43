import { hash, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Core } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { certifyApplicant, orderOf } from '../tasks/principal-certificate.ts';
import { readIfThere } from './credentials.ts';
import { readRequest } from './requests.ts';
import { writeWhole } from './whole-file.ts';

/** Said of a principal whose key no ceremony recorded. */
export const NONE_YET = 'no certificate yet';

export interface CertifiedPrincipals {
  /** Whose certificates were put into the folder now, with the SHA-256 of the SubjectPublicKeyInfo. */
  readonly written: readonly { readonly principal: string; readonly publicKeyDigest: string }[];
  /** Why a principal has no certificate there, by its id. */
  readonly without: ReadonlyMap<string, string>;
}

/**
 * The certificates of the keys that ceremonies recorded, each as `{principal}/cert.pem` and `ca.pem` below `folder`. No other
 * key is certified, whatever requests stand beside the trust domain's file. A ceremony that was interrupted is finished with
 * the request that it recorded.
 */
export const certifyPrincipals = async (
  core: Core,
  trustDomain: TrustDomain,
  {
    principals,
    requests,
    folder,
  }: { readonly principals: readonly string[]; readonly requests: string; readonly folder: string },
): Promise<CertifiedPrincipals> => {
  const written: { principal: string; publicKeyDigest: string }[] = [];
  const without = new Map<string, string>();
  const keys = new Map((await core.authority.ceremonyKeys()).map((key) => [key.principal, key]));
  for (const id of principals) {
    const key = keys.get(id);
    if (key === undefined) {
      without.set(id, NONE_YET);
      continue;
    }
    const { publicKeyDigest } = key;
    const place = join(folder, id);
    if (await isThere(place, publicKeyDigest)) continue;
    const chain =
      (await issuedBefore(core, orderOf(key))) ??
      (await certified(core, trustDomain, requests, key).catch((error: unknown) => {
        // A key that may not be certified keeps nobody else from working.
        if (!REFUSALS.some((code) => Fault.is(error, code))) throw error;
        without.set(id, `no certificate: ${(error as Fault).message}`);
      }));
    if (chain === undefined) {
      if (!without.has(id))
        without.set(
          id,
          `no certificate: put back ${join(requests, `${id}.csr`)} for the key with the fingerprint ${publicKeyDigest}`,
        );
      continue;
    }
    await mkdir(place, { recursive: true, mode: 0o700 });
    await writeWhole(join(place, 'ca.pem'), chain.slice(chain.lastIndexOf('-----BEGIN')));
    await writeWhole(join(place, 'cert.pem'), chain);
    written.push({ principal: id, publicKeyDigest });
  }
  return { written, without };
};

const REFUSALS = ['table-behind', 'duplicate-key', 'compromised-key'] as const;

const digestIn = (pem: string): string | undefined => {
  try {
    return hash('sha256', new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }));
  } catch {
    return undefined;
  }
};

const isThere = async (place: string, publicKeyDigest: string): Promise<boolean> => {
  const [cert, ca] = await Promise.all(['cert.pem', 'ca.pem'].map((name) => readIfThere(join(place, name))));
  return cert !== undefined && ca !== undefined && digestIn(cert) === publicKeyDigest;
};

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

/** Undefined where the request that the ceremony recorded is gone, or another one took its place. */
const certified = async (
  core: Core,
  trustDomain: TrustDomain,
  requests: string,
  key: Awaited<ReturnType<Core['authority']['ceremonyKeys']>>[number],
): Promise<string | undefined> => {
  const applicant = await readRequest(requests, trustDomain, key.principal).catch(() => undefined);
  if (applicant?.publicKeyDigest !== key.publicKeyDigest) return undefined;
  return certifyApplicant(core, trustDomain, applicant, [key.record], key.actor);
};
