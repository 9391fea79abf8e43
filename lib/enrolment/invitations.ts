import { hash, timingSafeEqual } from 'node:crypto';
import { Fault } from '../fault.ts';
import { readRequestedKey } from '../keys/keys.ts';
import { textIn } from '../members.ts';
import type { Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import { everyItem } from '../store/store.ts';
import { serves } from '../tenant.ts';
import { tryEach } from '../try-each.ts';
import type { Acting, Current } from './acting.ts';
import type { BroughtKey, People, PrincipalState } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import type { Independence } from './independence.ts';
import { UNCERTIFIED } from './left-to-tasks.ts';
import type { PrincipalNames } from './principal-names.ts';
import { openPrincipalViews, unknownPrincipal } from './principal-views.ts';
import type { Act } from './reading.ts';
import { isResponsibleOf } from './responsible.ts';
import type { EnrolledRow } from './rows.ts';

/*
 * An invitation is `{id}.{secret}`. The act that makes it has the digest of the secret, so nobody who reads the table, the
 * bucket or the records can open it. The first key that comes with it is the only one.
 */

const INVITED_MS = 7 * 86_400_000;
const SECRET_BYTES = 24;

const secretDigest = (secret: string): string => hash('sha256', `akashi-invitation/v1 ${secret}`);

/** `text` is what the invited person gets. */
export const invitationFor = (
  id: string,
  { person }: Principal,
  now: number,
  random: Random,
): { readonly invitation: NonNullable<PrincipalState['invitation']>; readonly text: string } => {
  const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url');
  return {
    invitation: { secret: secretDigest(secret), until: new Date(now + INVITED_MS).toISOString(), person },
    text: `${id}.${secret}`,
  };
};

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const invalidInvitation = (): Fault =>
  new Fault(
    'invitation-invalid',
    'This is no invitation of this service; copy all of it, or ask for a new one.',
  );

/** Who ended the principal. */
export type Closer = Parameters<EnrolmentDeps['certifying']['revoke']>[0];

export interface Invitations extends Pick<People, 'bring' | 'enrol' | 'recover'> {
  /** Revokes the certificates of a principal that has ended. */
  revokeAll(actor: Closer, id: string): Promise<void>;
  /** Certifies the key that was confirmed last. Undefined where there is nothing to certify now. */
  certify(id: string): Promise<CertificateRef | undefined>;
}

export const openInvitations = (
  deps: EnrolmentDeps & { readonly independence: Independence; readonly names: PrincipalNames },
  acting: Acting<PrincipalState>,
): Invitations => {
  const { table, founders, independence, names, certifying, clock, log } = deps;
  const viewOf = openPrincipalViews(names);

  /** The state whose invitation this is, opened or not. */
  const opened = (secret: string, { standing }: Current<PrincipalState>): PrincipalState => {
    const state = standing?.state;
    const digest = secretDigest(secret);
    const isInvitation = state?.invitation !== undefined && isSame(state.invitation.secret, digest);
    if (state === undefined || state.standing === 'ended' || !isInvitation) throw invalidInvitation();
    return state;
  };

  const keyIn = (row: EnrolledRow | undefined): Uint8Array =>
    Buffer.from(textIn(row?.subjectPublicKeyInfo) ?? '', 'base64');

  const hasKey = (
    row: EnrolledRow | undefined,
    key: Pick<BroughtKey, 'publicKeyDigest'> | undefined,
  ): boolean => key !== undefined && hash('sha256', keyIn(row)) === key.publicKeyDigest;

  /** The act that confirmed the key. Others may have followed it. */
  const confirming = async (id: string, { publicKeyDigest }: BroughtKey): Promise<Act | undefined> => {
    for await (const { record, state } of acting.history(id)) {
      if (record.details.act === 'enrolled' && state?.key?.publicKeyDigest === publicKeyDigest) return record;
    }
    return undefined;
  };

  const certify = async (id: string): Promise<CertificateRef | undefined> => {
    const { standing, row } = await acting.read(id);
    const state = standing?.state;
    if (state?.key === undefined || state.standing === 'ended' || !hasKey(row, state.key)) {
      await forget(id);
      return undefined;
    }
    // It is certified when the suspension is over.
    const record = state.standing === 'active' ? await confirming(id, state.key) : undefined;
    if (record === undefined) return undefined;
    const { publicKeyDigest } = state.key;
    const ref = await certifying.certify({
      principal: id,
      name: (await names.of(id, state, row))?.name.ja ?? id,
      subjectPublicKeyInfo: keyIn(row),
      publicKeyDigest,
      actor: record.actor,
      basis: [record.id],
    });
    await forget(id);
    return ref;
  };

  const uncertified = (id: string) => ({ pk: UNCERTIFIED, sk: id });

  const forget = async (id: string): Promise<void> => {
    const item = await table.get(uncertified(id));
    if (item)
      await table.write([{ delete: uncertified(id), if: { version: item.version } }]).catch(ifChanged);
  };

  /**
   * The certificates of all keys that were ever confirmed but this one, by the objects: a row could name anybody's certificate
   * for revocation.
   */
  const revokeOthers = async (
    actor: Closer,
    id: string,
    reason: 'superseded' | 'cessationOfOperation',
    but?: string,
  ): Promise<void> => {
    const digests = new Set<string>();
    for await (const { state } of acting.history(id)) if (state?.key) digests.add(state.key.publicKeyDigest);
    for (const digest of digests) {
      const ref = digest === but ? undefined : await certifying.certificateOf(id, digest);
      if (ref) await certifying.revoke(actor, ref, reason);
    }
  };

  return {
    certify,

    bring: async (invitation, csr) => {
      const [, id = '', secret = ''] = /^([a-z0-9-]{1,40})\.([A-Za-z0-9_-]{32})$/.exec(invitation) ?? [];
      if (id === '') throw invalidInvitation();
      const first = await acting.read(id);
      const state = opened(secret, first);
      const { request, digest: fingerprint, identity } = await readRequestedKey(csr, founders.publicKeys);
      const key = { publicKeyDigest: fingerprint, keyIdentity: identity };
      const subjectPublicKeyInfo = Buffer.from(request.subjectPublicKeyInfo).toString('base64');
      if ([state.key, state.brought].some((one) => one?.publicKeyDigest === fingerprint)) {
        // The row may have lost the key, or its answer did not come.
        if (!hasKey(first.row, key)) await acting.mended(id, { subjectPublicKeyInfo });
        const isConfirmed = state.key?.publicKeyDigest === fingerprint;
        const ref = isConfirmed ? await certifying.certificateOf(id, fingerprint) : undefined;
        const pem = ref && (await certifying.chainPem(ref));
        return { id, fingerprint, ...(pem !== undefined && { pem }) };
      }
      await acting.act(id, undefined, (current) => {
        const now = opened(secret, current);
        if (now.brought !== undefined || now.key?.invitation === invitedWith(now))
          throw new Fault(
            'invitation-opened',
            'Somebody has opened this invitation with another key; tell whoever invited you.',
          );
        if (clock() >= Date.parse(now.invitation?.until ?? ''))
          throw new Fault('invitation-expired', 'The invitation has expired; ask for a new one.');
        const brought: BroughtKey = { ...key, invitation: invitedWith(now) };
        return {
          outcome: { act: 'key-brought', state: { ...now, brought } },
          subjectPublicKeyInfo,
        };
      });
      return { id, fingerprint };
    },

    enrol: async (actor, id, fingerprint) => {
      const given = fingerprint.replace(/[\s:]/g, '').toLowerCase();
      const before = await acting.mended(id);
      assertEnrols(actor, id, before.standing?.state);
      if (!isEnrolled(before, given)) {
        // Another enrolment of the same person may have come since the invitation.
        await independence.assert(actor, id, before.standing?.state);
        await acting.act(id, actor, ({ standing, row }) => {
          const state = standing?.state;
          assertEnrols(actor, id, state);
          const brought = state?.brought;
          // A key that the row has lost is brought again, and then there.
          const isLost = !hasKey(row, brought);
          if (state === undefined || brought === undefined || isLost)
            throw new Fault('nothing-awaited', 'Nobody has brought a key that waits for its confirmation.');
          if (!isSame(given, brought.publicKeyDigest)) {
            throw new Fault(
              'fingerprint-differs',
              'This is not the fingerprint of the key that was brought. If it was read to you rightly, somebody else has opened the invitation: invite the person again.',
            );
          }
          const { brought: _, ...rest } = state;
          return { outcome: { act: 'enrolled', state: { ...rest, standing: 'active', key: brought } } };
        });
      }
      await certify(id);
      // A lost credential does not go on beside the one that replaces it.
      await revokeOthers(actor, id, 'superseded', given);
      return viewOf(id, await acting.read(id));
    },

    recover: async () => {
      const ids: string[] = [];
      for await (const { sk } of everyItem(table, { pk: UNCERTIFIED })) ids.push(sk);
      const done: string[] = [];
      await tryEach(
        ids,
        async (id) => {
          if (await certify(id)) done.push(id);
        },
        (id, error) =>
          log('error', 'The key of a principal could not be certified; it is tried again', {
            principal: id,
            error: Fault.is(error) ? error.code : 'internal',
          }),
      );
      return done;
    },

    revokeAll: (actor, id) => revokeOthers(actor, id, 'cessationOfOperation'),
  };
};

/** The same key was confirmed before, and the answer did not come. */
const isEnrolled = ({ standing }: Current<PrincipalState>, fingerprint: string): boolean =>
  standing?.state?.standing === 'active' &&
  standing.state.brought === undefined &&
  standing.state.key?.publicKeyDigest === fingerprint;

/** Names the invitation by which a key came. */
const invitedWith = ({ invitation }: PrincipalState): string => invitation?.secret ?? '';

const assertEnrols = (actor: Principal, id: string, state: PrincipalState | undefined): void => {
  if (isResponsibleOf(actor, state?.office)) return;
  if (actor.role !== 'operator' || state === undefined || !serves(actor, state.tenant))
    throw unknownPrincipal(id);
  // Whoever got the invitation could open it. So a second operator looks at what came with it.
  if (state.invitation?.person === actor.person) {
    throw new Fault(
      'same-person',
      'The operator who got the invitation does not confirm the key that came with it; have another operator do it.',
    );
  }
};

const ifChanged = (error: unknown): void => {
  if (!Fault.is(error, 'condition-failed')) throw error;
};
