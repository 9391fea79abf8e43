import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import type { ActDraft, Closes, LedgerRecord } from '../ledger/ledger.ts';
import { numberIn, textIn } from '../members.ts';
import { unixSeconds } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import type { Value } from '../store/store.ts';
import { addPeriod } from '../trust-domain/trust-domain.ts';
import type { KeyLists, KeyListView } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { openKeyListObjects } from './key-list-objects.ts';
import { timeText } from './status-acts.ts';

/**
 * The list of keys that others report as compromised. It takes two operators to bring one into force and to withdraw it. Their
 * acts take the numbers under one name, and each says what is in force after it:
 *
 *   outcomes/compromised-key-list/{n}  the record of the step `proposed`, `approved` or `rejected`
 *
 * The newest number decides. So an approval cannot be used twice, and cannot happen beside a rejection. No row is read.
 */
const LIST = 'compromised-key-list';

type Act = Extract<LedgerRecord, ActDraft>;

/** A proposal that is neither approved nor rejected. It may have lapsed. */
interface Proposal {
  readonly id: string;
  /** Absent where the list in force is to be withdrawn. */
  readonly list?: string;
  readonly keys: number;
  readonly by: string;
  readonly person: unknown;
  readonly at: string;
  readonly lapsesAt: string;
}

interface Force {
  readonly list?: string;
  readonly keys: number;
}

const NOTHING: Force = { keys: 0 };

export interface KnownKeyLists extends KeyLists {
  /** Fault: `compromised-key` where the list in force has the key. */
  assertNotListed(subjectPublicKeyInfo: Uint8Array): Promise<void>;
}

export const openKeyLists = ({
  table,
  objects,
  recorder,
  trustDomain,
  clock,
}: Pick<AuthorityDeps, 'table' | 'objects' | 'recorder' | 'trustDomain' | 'clock'>): KnownKeyLists => {
  const stored = openKeyListObjects(objects);
  /** The newest act that this process knows. Those before it never change. */
  let known: { readonly record: Act; readonly number: number } | undefined;

  const find = async (): Promise<typeof known> => {
    for (;;) {
      const number = (known?.number ?? 0) + 1;
      const found = await recorder.conclusion({ act: LIST, number });
      if (found === undefined) return known;
      if ((known?.number ?? 0) < number) known = { record: actOf(found.record), number };
    }
  };

  /** The newest act, whose record the ledger has from here on. */
  const read = async (): Promise<{ readonly newest: Act | undefined; readonly next: Closes }> => {
    for (;;) {
      const newest = await find();
      const number = newest?.number ?? 0;
      const { writes = [] } = (newest && (await recorder.conclusion({ act: LIST, number }))) ?? {};
      if (writes.length > 0 && !(await wentThrough(table.write(writes)))) continue;
      return { newest: newest?.record, next: { act: LIST, number: number + 1 } };
    }
  };

  const openProposal = (newest: Act | undefined): Proposal | undefined => {
    const proposal = newest && proposalOf(newest);
    return proposal && clock() < Date.parse(proposal.lapsesAt) ? proposal : undefined;
  };

  const act = async (draft: ActDraft, next: Closes): Promise<boolean> => {
    const { isOurs } = await recorder.conclude(draft, next);
    await read();
    return isOurs;
  };

  const draftOf = (
    step: 'proposed' | 'approved' | 'rejected',
    { id, person }: Principal,
    force: Force,
    details: Value,
  ): ActDraft => ({
    kind: 'key-list',
    actor: id,
    details: { step, person, ...details, inForce: force.list ?? null, keysInForce: force.keys },
  });

  const view = async (): Promise<KeyListView> => {
    const { newest } = await read();
    const { list, keys } = forceOf(newest);
    const proposal = openProposal(newest);
    return {
      ...(list !== undefined && { inForce: { list, keys } }),
      ...(proposal && { proposal: proposalView(proposal) }),
    };
  };

  /** The proposal that is decided. Faults: `nothing-awaited`, `confirmation-differs`. */
  const awaited = (newest: Act | undefined, id: string): Proposal => {
    const proposal = openProposal(newest);
    if (proposal === undefined) {
      throw new Fault(
        'nothing-awaited',
        'No list of compromised keys awaits its approval, or the proposal has lapsed.',
      );
    }
    if (proposal.id === id) return proposal;
    throw new Fault(
      'confirmation-differs',
      'Another list of compromised keys awaits its approval than this one.',
      { proposal: proposal.id },
    );
  };

  const isDone = (newest: Act | undefined, step: string, actor: Principal, id: string): boolean =>
    newest?.details.step === step && newest.details.proposal === id && newest.actor === actor.id;

  return {
    view,

    putPart: stored.putPart,

    propose: async (actor, parts) => {
      const { list, keys } = parts ? await stored.put(parts) : { ...NOTHING, list: undefined };
      for (;;) {
        const { newest, next } = await read();
        const force = forceOf(newest);
        const open = openProposal(newest);
        if (open && open.list === list && open.by === actor.id) return view();
        if (open) {
          throw new Fault(
            'confirmation-differs',
            'A list of compromised keys awaits its approval; have it approved or rejected first.',
            { proposal: open.id },
          );
        }
        if (force.list === list) {
          throw new Fault(
            'key-list-unchanged',
            'That is so already: the list is in force, or there is none to withdraw.',
            list === undefined ? {} : { list },
          );
        }
        const lapses = addPeriod(new Date(clock()), trustDomain.acts.lapse.amendment).getTime();
        const lapsesAt = timeText(Math.floor(lapses / 1000));
        const draft = draftOf('proposed', actor, force, { list: list ?? null, keys, lapsesAt });
        if (await act(draft, next)) return view();
      }
    },

    approve: async (actor, id) => {
      for (;;) {
        const { newest, next } = await read();
        // Where the answer to the first call was lost, the second finds what it asked for.
        if (isDone(newest, 'approved', actor, id)) return view();
        const proposal = awaited(newest, id);
        const { list, keys } = proposal;
        if (proposal.person === actor.person) {
          throw new Fault(
            'same-person',
            'The person who proposed a list of compromised keys does not approve it; have another operator do it.',
          );
        }
        const force = list === undefined ? NOTHING : { list, keys };
        const more = { proposal: id, list: list ?? null, proposedBy: proposal.by };
        if (await act(draftOf('approved', actor, force, more), next)) return view();
      }
    },

    reject: async (actor, id) => {
      for (;;) {
        const { newest, next } = await read();
        if (isDone(newest, 'rejected', actor, id)) return view();
        const { list, by } = awaited(newest, id);
        const more = { proposal: id, list: list ?? null, proposedBy: by };
        if (await act(draftOf('rejected', actor, forceOf(newest), more), next)) return view();
      }
    },

    assertNotListed: async (subjectPublicKeyInfo) => {
      const { list } = forceOf((await find())?.record);
      if (list === undefined) return;
      const publicKeyDigest = hash('sha256', subjectPublicKeyInfo);
      if (!(await stored.has(list, publicKeyDigest))) return;
      throw new Fault(
        'compromised-key',
        'The public key is on the list of compromised keys; make a new key pair.',
        { publicKeyDigest, list },
      );
    },
  };
};

const misplaced = ({ id }: LedgerRecord): Fault =>
  new Fault(
    'act-object-invalid',
    'An act on the list of compromised keys is not one that can be where it is.',
    {
      record: id,
    },
  );

const actOf = (record: LedgerRecord): Act => {
  if (record.kind !== 'key-list') throw misplaced(record);
  return record;
};

const listIn = (value: unknown): { readonly list?: string } =>
  typeof value === 'string' ? { list: value } : {};

const forceOf = (newest: Act | undefined): Force =>
  newest ? { ...listIn(newest.details.inForce), keys: numberIn(newest.details.keysInForce) ?? 0 } : NOTHING;

const proposalOf = ({ id, actor, time, details }: Act): Proposal | undefined =>
  details.step === 'proposed'
    ? {
        id,
        ...listIn(details.list),
        keys: numberIn(details.keys) ?? 0,
        by: actor,
        person: details.person,
        at: timeText(unixSeconds(time)),
        lapsesAt: textIn(details.lapsesAt) ?? '',
      }
    : undefined;

const proposalView = ({ person: _, ...proposal }: Proposal): NonNullable<KeyListView['proposal']> => proposal;
