import { answersIn } from '../ledger/ledger.ts';
import type { RecordObserver, Report } from './contract.ts';

/** An answer to a signed request that is not marked, by its record. A large answer is cut into several records. */
interface Unmarked {
  readonly record: string;
  readonly responseDigest: string;
}

/**
 * Anybody who has seen a signed request can send it again. The service records each answer but the first as a repetition, by a row
 * of its table; a row that somebody deletes lets a repetition look like a request of the recipient's own. But the records have
 * the digest of the request, and one answer to it is no repetition.
 */
export interface RepetitionCheck extends RecordObserver {
  conclude(): void;
}

export const openRepetitionCheck = ({ report }: { readonly report: Report }): RepetitionCheck => {
  /** By recipient and request: the answers that are not marked. Nearly always there is one. */
  const unmarked = new Map<string, readonly Unmarked[]>();
  const retracted = new Set<string>();

  return {
    observe: (record) => {
      if (record.kind !== 'provision' || record.repeats !== undefined) return;
      const { signedRequest } = record.provided;
      if (typeof signedRequest !== 'string') return;
      const { id, recipient } = record;
      const name = `${recipient} ${signedRequest}`;
      const answers = answersIn(record).map(({ responseDigest }) => ({ record: id, responseDigest }));
      unmarked.set(name, [...(unmarked.get(name) ?? []), ...answers]);
    },

    retract: ({ id, kind }) => {
      if (kind === 'provision' && unmarked.size > 0) retracted.add(id);
    },

    conclude: () => {
      for (const answers of unmarked.values()) {
        // Record ids sort by time.
        const [first, ...others] = answers
          .filter(({ record }) => !retracted.has(record))
          .sort((a, b) => (a.record < b.record ? -1 : 1));
        for (const { record, responseDigest } of others) {
          if (first && responseDigest !== first.responseDigest)
            report('repetition-not-marked', { record, first: first.record });
        }
      }
    },
  };
};
