import { Fault, phrase } from '../fault.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import { MAX_PAGE, type Objects } from '../store/store.ts';
import type { Acting } from './acting.ts';
import type { Appointed, Appointment, Appointments, Directory, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import type { PrincipalTermsReader } from './principal-terms.ts';
import { nameOf } from './reading.ts';
import { assertId } from './terms.ts';

/*
 * Two operators enrol the third one. Where no two are left, the two persons of the ceremony enrol one at the machine. Their
 * credentials may be lost, so they agree as at the first ceremony: by being there, and by the records of their consent.
 *
 * The steps, and what a crash after each of them leaves:
 *
 *   1  the consent and its use are recorded (lib/authority/consent.ts)   nobody is enrolled; the same event goes on
 *   2  the act on the new operator, which names both records             enrolled, without a certificate
 *   3  the key is certified                                              done
 */

/** So many principals are read at once. */
const SIDE_BY_SIDE = 32;

/** By the objects, because a list in the table could leave somebody out. */
const allIds = async (objects: Pick<Objects, 'list'>): Promise<readonly string[]> => {
  const prefix = `outcomes/${nameOf('principal', '')}`;
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await objects.list(prefix, { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) });
    for (const path of page.keys) ids.add(path.slice(prefix.length, path.lastIndexOf('/')));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...ids];
};

export const openAppointing = (
  deps: EnrolmentDeps & { readonly directory: Pick<Directory, 'findProven'> },
  acting: Acting<PrincipalState>,
  terms: Pick<PrincipalTermsReader, 'assertFree'>,
  certify: (id: string) => Promise<CertificateRef | undefined>,
): Appointments => {
  const { founders, directory, certifying, tokenUsers, clock } = deps;

  const inForce = async (id: string): Promise<Principal | undefined> => {
    try {
      return await directory.findProven(id);
    } catch (error) {
      if (Fault.is(error, 'not-in-force')) return undefined;
      throw error;
    }
  };

  /** Where tokens come from another issuer, somebody without any certificate may sign in by a token. */
  const canSignIn = async (id: string): Promise<boolean> => {
    const credential = await certifying.credentialOf(id);
    return credential === 'good' || (credential === 'none' && tokenUsers !== undefined);
  };

  /** Every operator that the file names or that was enrolled, and whether that person can act now. */
  const operators = async (): Promise<Appointed['operators']> => {
    const found: { id: string; person: string; acts: boolean }[] = [];
    const look = async (id: string, person: string): Promise<void> => {
      const acts = (await inForce(id)) !== undefined && (await canSignIn(id));
      found.push({ id, person, acts });
    };
    for (const { id, role, person } of founders.principals) if (role === 'operator') await look(id, person);
    const next = (await allIds(deps.objects)).values();
    const work = async (): Promise<void> => {
      for (const id of next) {
        const { standing } = await acting.read(id);
        const { role, person } = standing?.state ?? {};
        if (role === 'operator' && person !== undefined) await look(id, person);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  };

  const assertNoneLeft = async (person: string): Promise<Appointed['operators']> => {
    const all = await operators();
    const left = all.filter(({ acts }) => acts);
    if (new Set(left.map((one) => one.person)).size > 1)
      throw new Fault(
        'wrong-state',
        phrase`Two operators are left: ${left.map(({ id }) => id).join(', ')}. They enrol another one with akashi operators propose and confirm. Where a credential is lost, revoke its certificate first.`,
        { operators: left.map(({ id }) => id) },
      );
    if (left.some((one) => one.person === person))
      throw new Fault(
        'same-person',
        phrase`The person ${person} is an operator who can act already; enrol somebody else.`,
        { person },
      );
    return all;
  };

  /** An earlier run has enrolled this key for this event. */
  const isDone = (state: PrincipalState | undefined, asked: Pick<Appointment, 'key' | 'event'>): boolean =>
    state?.key?.publicKeyDigest === asked.key.publicKeyDigest && state.key.invitation === asked.event;

  const assertNew = async (asked: Appointment): Promise<boolean> => {
    assertId(asked.id);
    const current = await acting.read(asked.id);
    if (isDone(current.standing?.state, asked)) return false;
    await terms.assertFree(asked.id, current);
    assertId(asked.person, 'person');
    if (current.standing === undefined) return true;
    throw new Fault(
      'wrong-state',
      'Somebody was enrolled under this id before; choose an id that nobody has had.',
      {
        principal: asked.id,
      },
    );
  };

  return {
    assertMayAppoint: async (asked) => {
      if (await assertNew(asked)) await assertNoneLeft(asked.person);
    },

    appoint: async ({ basis, persons, subjectPublicKeyInfo, ...asked }) => {
      const { id, person, key, event } = asked;
      const spki = Buffer.from(subjectPublicKeyInfo).toString('base64');
      if (await assertNew(asked)) {
        const all = await assertNoneLeft(person);
        // The event has no name of a person. Two operators propose one later.
        const { contents, digest } = acting.salted({ name: { ja: id, en: id } });
        await acting.act(id, { id: persons.join('+') }, ({ standing }) => {
          if (standing !== undefined)
            throw new Fault('wrong-state', 'Somebody else was enrolled under this id meanwhile.', {
              principal: id,
            });
          return {
            outcome: {
              act: 'enrolled',
              state: {
                standing: 'active',
                from: new Date(clock()).toISOString(),
                role: 'operator',
                person,
                key: { ...key, invitation: event },
                contents: digest,
              },
              ceremony: { event, basis, operators: all },
            },
            contents,
            subjectPublicKeyInfo: spki,
          };
        });
      } else await acting.mended(id, { subjectPublicKeyInfo: spki });
      await certify(id);
      const ref = await certifying.certificateOf(id, key.publicKeyDigest);
      const pem = ref && (await certifying.chainPem(ref));
      if (pem !== undefined) return pem;
      throw new Fault('not-issued', 'The certificate is not signed yet; ask again shortly.');
    },
  };
};
