import { type Acts, actVerifier } from '../acts/acts.ts';
import { actKeyKindOf, type LedgerRecord, signedDigest } from '../ledger/ledger.ts';
import { membersIn, textIn } from '../members.ts';
import type { RecordObserver, Report } from './contract.ts';

/** A public key of acts, as the service shows it. */
export type ShownActKey = Awaited<ReturnType<Acts['keys']>>[number];

/** Compares the keys that the service shows with those that it showed before, by `{kind}-{generation}`. */
export const checkActKeys = (
  keys: readonly ShownActKey[],
  seen: Readonly<Record<string, string>>,
  report: Report,
): Readonly<Record<string, string>> => {
  const digests = new Map(keys.map((key) => [`${key.kind}-${key.generation}`, key.digest]));
  for (const { kind, generation, predecessor, digest } of keys) {
    const name = `${kind}-${generation}`;
    const follows = generation === 1 ? undefined : digests.get(`${kind}-${generation - 1}`);
    const isKnown = seen[name] === undefined || seen[name] === digest;
    if (predecessor !== follows || !isKnown) report('act-key-changed', { key: name });
  }
  for (const name of Object.keys(seen)) {
    if (!digests.has(name)) report('act-key-changed', { key: name, missing: 'it was shown before' });
  }
  return { ...Object.fromEntries(digests), ...seen };
};

/** The end of what an act opened, as the record of the ending act names it. */
interface End {
  readonly record: string;
  readonly act: string;
  readonly number: number;
}

/**
 * Verifies the signature of every act, by the public keys alone, and that no two acts ended the same thing. An act without
 * a good signature did not come from the function that takes such acts.
 */
export interface SignedActCheck extends RecordObserver {
  /** The keys that the service shows after all records were read: some may have been made meanwhile. */
  takeKeys(keys: readonly ShownActKey[]): void;
  conclude(): void;
}

const endOf = (record: LedgerRecord): End | undefined => {
  if (record.kind === 'provision') return undefined;
  const { act, number } = membersIn(record.details.closes);
  return typeof act === 'string' && typeof number === 'number'
    ? { record: record.id, act, number }
    : undefined;
};

export const openSignedActCheck = (deps: {
  readonly report: Report;
  readonly keys: readonly ShownActKey[];
}): SignedActCheck => {
  const { report } = deps;
  let verify = actVerifier(deps.keys);
  let unsigned: LedgerRecord[] = [];
  const ends = new Map<string, End>();

  const isSigned = (record: LedgerRecord): boolean => {
    if (record.kind === 'provision') return true;
    const verified = verify(actKeyKindOf(record), signedDigest(record), record.signature);
    if (verified === undefined) return false;
    const { closedAt } = verified;
    return closedAt === undefined || (record.leaf !== undefined && record.leaf < closedAt);
  };

  return {
    observe: (record) => {
      const end = endOf(record);
      if (!isSigned(record)) unsigned.push(record);
      else if (end) ends.set(record.id, end);
    },

    // A record that is not the one of its leaf has its own finding, and ends nothing.
    retract: ({ id }) => {
      ends.delete(id);
    },

    takeKeys: (keys) => {
      verify = actVerifier(keys);
      unsigned = unsigned.filter((record) => !isSigned(record));
    },

    conclude: () => {
      for (const { id, kind, signature } of unsigned) {
        report('act-not-signed', { record: id, kind, key: textIn(membersIn(signature).key) ?? 'none' });
      }
      const numbers = Map.groupBy(ends.values(), ({ act }) => act);
      for (const [act, found] of numbers) {
        const taken = new Set<number>();
        for (const { record, number } of found.toSorted((a, b) => a.number - b.number)) {
          if (taken.has(number)) report('end-repeated', { record, act, number });
          taken.add(number);
        }
      }
    },
  };
};
