import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Core, SERVICE } from '../../lib/app.ts';
import { Fault, phrase, wentThrough } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import type { Objects } from '../../lib/store/store.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { isDue, localCredentials, readIfThere, serialIn } from './credentials.ts';
import { enrolOne, openOffices, operatorsOf, type People } from './demonstration-people.ts';

/*
 * In the demonstration the service plays all persons. It opens the offices and enrols the people, and makes a key and a
 * certificate for each principal, once. Which principals had theirs is known by objects, so that neither an empty folder nor a
 * deleted row brings new credentials:
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
  readonly people: People;
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
  people,
  isShipped,
  asked,
}: Pick<Demonstration, 'objects' | 'trustDomain' | 'people' | 'isShipped' | 'asked'>): Promise<void> => {
  for (const id of asked) {
    if (![...trustDomain.operators, ...people.principals].some((principal) => principal.id === id)) {
      throw new Fault(
        'configuration-invalid',
        phrase`The demonstration has no principal ${id}, for whom --new-credentials asks.`,
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
  people,
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
  const operators = operatorsOf(trustDomain);

  /** Resolves with whether anything was made. */
  const make = async (id: string, place: string, anew: boolean): Promise<boolean> => {
    const enrolled = people.principals.find((one) => one.id === id);
    if (enrolled) return enrolIfDue(core, operators, enrolled, place, anew, clock());
    const name = trustDomain.operators.find((one) => one.id === id)?.name.ja ?? id;
    const order = { name: `principal:${id}`, profile, fields: { principal: id, name } };
    return (await localCredentials(core, place, order, clock, anew)).made;
  };

  if (isShipped && (await core.tableStanding.behind()) === undefined)
    await openOffices(core, operators, people);
  for (const { id } of [...trustDomain.operators, ...people.principals]) {
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
    try {
      if (await make(id, place, isAsked)) made.push(id);
      if (!hadSome) await wentThrough(objects.put(markOf(id), Buffer.from('{}\n'), { if: 'absent' }));
    } catch (error) {
      // Those who are behind are enrolled at the first start after the recovery. An end stays an end.
      if (Fault.is(error, 'wrong-state')) without.set(id, 'ended');
      else if (!Fault.is(error, 'table-behind')) throw error;
    }
  }
  return { made, without, own };
};

/** Good credentials stay until half-life, and are then replaced by the same acts. */
const enrolIfDue = async (
  core: Core,
  operators: ReturnType<typeof operatorsOf>,
  principal: People['principals'][number],
  place: string,
  anew: boolean,
  now: number,
): Promise<boolean> => {
  const cert = await readIfThere(join(place, 'cert.pem'));
  const isOld = cert !== undefined && isDue(cert, now);
  if (cert !== undefined && !isOld && !anew) return false;
  await enrolOne(core, operators, principal, place, anew || isOld);
  return true;
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
