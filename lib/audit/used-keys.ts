import type { ActRecord, LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { RecordObserver, Report } from './contract.ts';
import { timeOf } from './records.ts';

/** A row of the index of used keys, as the service lists it. */
export interface ListedKey {
  /** Identity of the key. */
  readonly identity: string;
  /** Id of the record of the newest issuance for the key. */
  readonly record?: string | undefined;
  /** The request that the key waits for. */
  readonly request?: string | undefined;
}

/**
 * Compares the index of used keys with the records: each key of an issuance is there, with the newest issuance for it; each
 * row comes from an issuance or a submission; and no key was certified twice, unless the second issuance renews the first for
 * the same holder.
 */
export interface UsedKeyCheck extends RecordObserver {
  list(listed: ListedKey): void;
  conclude(): void;
}

interface Issuance {
  readonly record: string;
  readonly certificate: string;
  readonly holder: string;
  readonly renews: unknown;
  readonly newer: boolean;
}

interface KeyFacts {
  readonly issuances: Issuance[];
  readonly requests: Map<string, string | undefined>;
}

export const openUsedKeyCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** How long an issuance is kept on record after the end of its certificate, in milliseconds. */
  readonly retention: number;
  readonly now: number;
}): UsedKeyCheck => {
  const known = new Map<string, KeyFacts>();
  const listed = new Map<string, ListedKey>();
  /** Keys by the ids of records that are newer than the checkpoint. */
  const byNewerRecord = new Map<string, string>();

  const factsOf = (identity: string): KeyFacts => {
    const facts = known.get(identity) ?? { issuances: [], requests: new Map() };
    known.set(identity, facts);
    return facts;
  };

  const observe = (record: LedgerRecord, newer: boolean): void => {
    if (record.kind !== 'issuance' && record.kind !== 'submission') return;
    const { keyIdentity, act, request, renews } = record.details;
    if (typeof keyIdentity !== 'string') return;
    if (record.kind === 'submission') {
      if (act !== 'submitted') return;
      factsOf(keyIdentity).requests.set(record.id, textIn(request));
    } else {
      const { ca, serial } = record.certificates?.[0] ?? {};
      const certificate = `${ca}/${serial}`;
      factsOf(keyIdentity).issuances.push({
        record: record.id,
        certificate,
        holder: holderOf(record),
        renews,
        newer,
      });
    }
    if (newer) byNewerRecord.set(record.id, keyIdentity);
  };

  const checkIssuances = (key: string, issuances: readonly Issuance[]): void => {
    const renewed = new Set<unknown>();
    const first = issuances.filter(({ renews }) => renews === undefined);
    for (const { record, certificate } of first.slice(0, -1))
      report('key-reused', { key, record, certificate });
    for (const { record, certificate, holder, renews } of issuances) {
      if (renews === undefined) continue;
      const before = issuances.find((one) => one.record === renews);
      const isOthers = before !== undefined && before.holder !== holder;
      if (isOthers || renewed.has(renews)) report('key-reused', { key, record, certificate });
      renewed.add(renews);
    }
  };

  const checkRow = (key: string, { issuances, requests }: KeyFacts, row: ListedKey | undefined): void => {
    // The row may or may not have been listed before an issuance that is newer than the checkpoint.
    if (issuances.some(({ newer }) => newer)) return;
    const renewed = new Set(issuances.map(({ renews }) => renews));
    const newest = issuances.filter(({ record }) => !renewed.has(record));
    const [issuance] = newest;
    if (row === undefined) {
      if (issuance)
        report('key-missing', { key, record: issuance.record, certificate: issuance.certificate });
      return;
    }
    const isOfIssuance = issuance
      ? newest.some(({ record }) => record === row.record)
      : row.record === undefined || isOver(row.record);
    const isOfRequest = row.request === undefined || [...requests.values()].includes(row.request);
    if (isOfIssuance && isOfRequest) return;
    report('key-altered', {
      key,
      ...(row.record !== undefined && { record: row.record }),
      ...(row.request !== undefined && { request: row.request }),
      ...(issuance && { 'record recorded': issuance.record }),
    });
  };

  /** Whether the record of that id may have been deleted. A certificate ends after its issuance, so this is no later. */
  const isOver = (record: string): boolean => timeOf(record) > 0 && now - timeOf(record) > retention;

  return {
    observe,

    retract: ({ id }) => {
      const identity = byNewerRecord.get(id);
      const facts = identity === undefined ? undefined : known.get(identity);
      if (facts === undefined) return;
      facts.requests.delete(id);
      const at = facts.issuances.findIndex(({ record }) => record === id);
      if (at >= 0) facts.issuances.splice(at, 1);
    },

    list: (row) => {
      listed.set(row.identity, row);
    },

    conclude: () => {
      for (const [key, facts] of known) {
        checkIssuances(key, facts.issuances);
        checkRow(key, facts, listed.get(key));
      }
      for (const [key, { record, request }] of listed) {
        if (known.has(key) || (record !== undefined && isOver(record))) continue;
        report('key-without-leaf', {
          key,
          ...(record !== undefined && { record }),
          ...(request !== undefined && { request }),
        });
      }
    },
  };
};

/** As the service names the holder of a key (lib/authority/used-keys.ts). */
const holderOf = ({ holder, office, details }: ActRecord): string =>
  JSON.stringify(holder !== undefined ? ['holder', holder] : (office ?? ['own', details.keyHolder]));
