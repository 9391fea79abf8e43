import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Core, SERVICE } from '../../lib/app.ts';
import { Fault, phrase, wentThrough } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import type { Objects } from '../../lib/store/store.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { localCredentials, readIfThere, serialIn } from './credentials.ts';

/*
 * In the demonstration the service plays all persons, and makes a key and a certificate for each principal, once. Which
 * principals had theirs is known by objects, so that neither an empty folder nor a deleted row brings new credentials:
 *
 *   demonstration-credentials/{principal}  put once, after the credentials were made
 */

const SHIPPED = resolve(import.meta.dirname, '../../domains/demonstration.json');

/** Whether this is the file that ships with the service, wherever it was read from. A changed copy is somebody's own. */
export const isDemonstration = async (trustDomainText: string): Promise<boolean> =>
  trustDomainText === (await readFile(SHIPPED, 'utf8'));

const markOf = (principal: string): string => `demonstration-credentials/${principal}`;

const isMade = async (objects: Objects, principal: string): Promise<boolean> =>
  (await objects.get(markOf(principal))) !== undefined;

export interface Demonstration {
  readonly core: Core;
  readonly objects: Objects;
  readonly trustDomain: TrustDomain;
  /** Whether the file is the demonstration's. Credentials made under it are still renewed under a file that followed it. */
  readonly isShipped: boolean;
  /** One folder below it for each principal. */
  readonly folder: string;
  /** Principals for whom somebody asked for new credentials. */
  readonly asked: readonly string[];
  readonly clock: Clock;
}

export interface MadeCredentials {
  readonly made: readonly string[];
  /** Why the service leaves a principal without good credentials, by its id. */
  readonly without: ReadonlyMap<string, string>;
  /** The principals whose credentials are the service's to make. */
  readonly own: ReadonlySet<string>;
}

/** Before anything is made. Fault: `configuration-invalid`, also for an id that nobody has. */
export const assertMayAsk = async ({
  objects,
  trustDomain,
  isShipped,
  asked,
}: Pick<Demonstration, 'objects' | 'trustDomain' | 'isShipped' | 'asked'>): Promise<void> => {
  for (const id of asked) {
    if (!trustDomain.principals.some((principal) => principal.id === id)) {
      throw new Fault(
        'configuration-invalid',
        phrase`The trust domain has no principal ${id}, for whom --new-credentials asks.`,
        { principal: id },
      );
    }
    if (isShipped || (await isMade(objects, id))) continue;
    throw new Fault(
      'configuration-invalid',
      phrase`The service makes credentials in the demonstration only. The key of ${id} is made where it is used, and certified by a ceremony: see "First day of a real office" in docs/operations.md.`,
      { principal: id },
    );
  }
};

/**
 * Makes credentials for principals that never had any, and for those for whom somebody asks; the certificate that one of
 * these had before keeps its status. Good ones are renewed at half-life. What was revoked, is on hold or was moved away stays
 * so.
 */
export const demonstrationCredentials = async ({
  core,
  objects,
  trustDomain,
  isShipped,
  folder,
  asked,
  clock,
}: Demonstration): Promise<MadeCredentials> => {
  const made: string[] = [];
  const without = new Map<string, string>();
  const own = new Set<string>();
  const { principal: profile } = trustDomain.operations;
  const ca = trustDomain.authorities.find((authority) => authority.id === profile.authority)?.ca ?? '';
  for (const { id, name } of trustDomain.principals) {
    const hadSome = await isMade(objects, id);
    if (!hadSome && !isShipped) continue;
    own.add(id);
    const place = join(folder, id);
    const isAsked = asked.includes(id);
    const lack = hadSome && !isAsked ? await lackOf(core, place, id, ca) : undefined;
    if (lack !== undefined) {
      without.set(id, `${lack}; for new ones: npm start -- --new-credentials ${id}`);
      continue;
    }
    // The new key would replace one that still signs in, and nobody is certified now.
    if (isAsked && (await core.tableStanding.behind()) !== undefined) {
      without.set(id, 'no new credentials while the table is behind its log');
      continue;
    }
    const fields = { principal: id, name: name.ja };
    const order = { name: `principal:${id}`, profile, fields };
    try {
      if ((await localCredentials(core, place, order, clock, isAsked)).made) made.push(id);
      if (!hadSome) await wentThrough(objects.put(markOf(id), Buffer.from('{}\n'), { if: 'absent' }));
    } catch (error) {
      // They are made at the first start after the recovery.
      if (!Fault.is(error, 'table-behind')) throw error;
    }
  }
  return { made, without, own };
};

/** Why these credentials are not to be used or renewed; undefined where they are. */
const lackOf = async (
  core: Core,
  place: string,
  principal: string,
  ca: string,
): Promise<string | undefined> => {
  const [key, cert] = await Promise.all(
    ['key.pem', 'cert.pem'].map((name) => readIfThere(join(place, name))),
  );
  if (key === undefined || cert === undefined) return 'no credentials';
  const ref = { ca, serial: serialIn(place, cert) };
  // The acts decide; a row that says more is believed until it is mended.
  const acted = await core.authority.actedState(ref);
  if (acted !== 'good') return SAID[acted];
  try {
    const { request, revocation } = await core.authority.certificate(SERVICE, ref);
    if (revocation) return SAID[revocation.status];
    // Somebody else's certificate would let a revoked principal come back.
    return request.startsWith(`principal:${principal}:`) ? undefined : 'the certificate of another';
  } catch (error) {
    if (Fault.is(error, 'unknown-certificate')) return 'a certificate of another service';
    throw error;
  }
};

const SAID = { hold: 'certificate on hold', revoked: 'certificate revoked' } as const;
