import type { Table } from '../store/store.ts';
import { answersIn, unregisteredIn } from './answers.ts';
import type { LedgerRecord, Provision, ProvisionDraft, RefusalDraft } from './contract.ts';
import { MAX_CERTIFICATES_PER_RECORD } from './rows.ts';
import type { Staging } from './staging.ts';

/**
 * Anybody may ask, as often as he likes, so answers to the public share records: those that go to the disk in the same commit
 * and that a record tells alike. Two answers may differ in their digests, which the record has for each, and in the serial
 * numbers that nobody was issued, which it lists one after another. Everything else must be equal.
 *
 * Refused sign-ins share records as well. They have no digests and no numbers, so such a record has the size of one, however
 * many it counts.
 *
 * An answer to a named recipient has a record of its own, and so has a repetition. Where a store makes no commits for several
 * callers (DynamoDB), no answer waits for others.
 */

/** The most answers of one record. With as many certificates and numbers, it is shorter than `MAX_RECORD_CHARS`. */
const MAX_SHARED = MAX_CERTIFICATES_PER_RECORD;

type Draft = ProvisionDraft | RefusalDraft;

interface Waiting {
  readonly draft: Draft;
  readonly resolve: (records: readonly LedgerRecord[]) => void;
  readonly reject: (fault: unknown) => void;
}

const mayShare = ({ recipient, repeats, day }: Draft): boolean =>
  recipient === 'public' && repeats === undefined && day === undefined;

const isRefusal = (draft: Draft): draft is RefusalDraft => draft.channel === 'sign-in';

/** Equal for drafts that a record tells alike. */
const sameOf = (draft: Draft): string => {
  const { requestDigest: _, responseDigest: __, count: ___, provided, ...same } = draft as ProvisionDraft;
  const { impossible: ____, unregistered, ...told } = provided;
  const terms = unregistered && { ...unregisteredIn(provided), serials: undefined };
  return JSON.stringify([same, told, terms]);
};

const numbersIn = ({ provided }: Draft): readonly string[] => unregisteredIn(provided)?.serials ?? [];

/** What one record says of all these answers, which it tells alike. */
const joined = (drafts: readonly Draft[]): Provision => {
  const [first] = drafts as readonly [Draft];
  if (drafts.length === 1) return first;
  const sum = drafts.reduce((items, { count }) => items + count, 0);
  if (isRefusal(first)) return { ...first, count: sum };
  const { requestDigest: _, responseDigest: __, count: ___, provided, ...same } = first;
  const { impossible: ____, ...told } = provided;
  const unregistered = unregisteredIn(provided);
  return {
    ...same,
    provided: {
      ...told,
      ...(unregistered && { unregistered: { ...unregistered, serials: drafts.flatMap(numbersIn) } }),
    },
    shared: drafts.flatMap(answersIn),
    count: sum,
  };
};

/** Each group has room in one record. */
const groupsOf = (all: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  if (all.length === 1) return [all];
  const groups: Waiting[][] = [];
  /** By what they have in common: the last group, and the certificates and numbers of its record. */
  const last = new Map<string, { readonly group: Waiting[]; size: number }>();
  for (const one of all) {
    const same = sameOf(one.draft);
    const numbers = numbersIn(one.draft).length;
    const known = last.get(same);
    const hasRoom =
      known && known.group.length < MAX_SHARED && known.size + numbers <= MAX_CERTIFICATES_PER_RECORD;
    if (known && (hasRoom || isRefusal(one.draft))) {
      known.group.push(one);
      known.size += numbers;
      continue;
    }
    const group = [one];
    groups.push(group);
    last.set(same, { group, size: one.draft.certificates.length + numbers });
  }
  return groups;
};

/**
 * Stores the parts of one provision (cutting.ts). Resolves with their records, or with the record that the provision shares,
 * when they are durable. Faults: those of `Ledger.append`.
 */
export const openSharing = (
  table: Pick<Table, 'beforeCommit'>,
  { dated, store }: Pick<Staging, 'dated' | 'store'>,
): ((parts: readonly Draft[]) => Promise<readonly LedgerRecord[]>) => {
  let waiting: Waiting[] = [];

  const storeGroup = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const records = await store([dated(joined(group.map(({ draft }) => draft)))]);
      for (const { resolve } of group) resolve(records);
    } catch (fault) {
      for (const { reject } of group) reject(fault);
    }
  };

  const storeAll = (): void => {
    const all = waiting;
    waiting = [];
    for (const group of groupsOf(all)) void storeGroup(group);
  };

  return (parts) => {
    const [draft] = parts;
    if (draft === undefined || parts.length > 1 || !mayShare(draft)) return store(parts.map(dated));
    return new Promise((resolve, reject) => {
      waiting.push({ draft, resolve, reject });
      if (table.beforeCommit) table.beforeCommit(storeAll);
      else storeAll();
    });
  };
};
