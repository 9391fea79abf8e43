import type { LedgerRecord } from '../ledger/ledger.ts';
import { membersIn, timeIn } from '../members.ts';
import type { CrlScope } from '../status/status.ts';
import { authorityOf } from './compromises.ts';
import type { RecordObserver } from './contract.ts';

/** A list of a CA, by its id: `{ca}/{partition}`. */
export const listId = (ca: string, partition: string): string => `${ca}/${partition}`;

/** A CRL that was signed, by the record of its publication. */
export interface Publication {
  readonly list: string;
  readonly partition: string;
  /** What it covers; absent where it covers everything, or is not known to have been current. */
  readonly only?: CrlScope;
  readonly number: number;
  readonly digest: string;
  readonly record: string;
  /** Times are milliseconds since the epoch. */
  readonly time: number;
  readonly newer: boolean;
  /** The number of the CRL that was current before; absent for a CRL that never was current. */
  readonly previous?: number;
  readonly current: boolean;
  /** Absent for a CRL that an interrupted publication left. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  /** When it was made: thisUpdate is backdated. */
  readonly madeAt?: number;
}

/** The CRLs of all lists, by the records of their publications. */
export interface Publications extends RecordObserver {
  readonly lists: ReadonlyMap<string, ReadonlyMap<number, Publication>>;
  cas(): ReadonlySet<string>;
  listsOf(ca: string): readonly string[];
  of(list: string): ReadonlyMap<number, Publication>;
  byDigest(list: string, digest: string): Publication | undefined;
  /** Those that became current, in the order of their numbers. */
  currentOnes(list: string): readonly Publication[];
  /** Whether the record of that number may have been deleted after its retention period. */
  mayBeExpired(list: string, number: number): boolean;
}

const NONE: ReadonlyMap<number, Publication> = new Map();

export const openPublications = (): Publications => {
  const lists = new Map<string, Map<number, Publication>>();
  let expired = false;

  const add = (publication: Publication): void => {
    const publications = lists.get(publication.list) ?? new Map<number, Publication>();
    lists.set(publication.list, publications.set(publication.number, publication));
  };

  const currentOnes = (list: string): readonly Publication[] =>
    [...(lists.get(list) ?? NONE).values()]
      .filter(({ current }) => current)
      .toSorted((a, b) => a.number - b.number);

  return {
    lists,
    cas: () => new Set([...lists.keys()].map(authorityOf)),
    listsOf: (ca) => [...lists.keys()].filter((list) => authorityOf(list) === ca),
    of: (list) => lists.get(list) ?? NONE,
    byDigest: (list, digest) => {
      for (const publication of lists.get(list)?.values() ?? []) {
        if (publication.digest === digest) return publication;
      }
      return undefined;
    },
    currentOnes,

    mayBeExpired: (list, number) => {
      const first = currentOnes(list)[0]?.number;
      return expired && (first === undefined || number < first);
    },

    observe: (record, newer) => {
      if (record.kind !== 'publication') return;
      const { ca, partition, only, number, digest, previous, overtaken, left } = record.details;
      if (typeof ca !== 'string' || typeof partition !== 'string') return;
      if (typeof number !== 'number' || typeof digest !== 'string') return;
      const list = listId(ca, partition);
      const from = { list, partition, record: record.id, time: Date.parse(record.time), newer };
      add({
        ...from,
        ...(isScope(only) && { only }),
        number,
        digest,
        current: overtaken !== true,
        ...(typeof previous === 'number' && { previous }),
        ...timesOf(record),
      });
      for (const one of Array.isArray(left) ? left : []) {
        // An entry of another list names that list.
        const { number: other, digest: signed, partition: of = partition } = membersIn(one);
        if (typeof other !== 'number' || typeof signed !== 'string' || typeof of !== 'string') continue;
        const leftOn = listId(ca, of);
        if (lists.get(leftOn)?.has(other)) continue;
        add({ ...from, list: leftOn, partition: of, number: other, digest: signed, current: false });
      }
    },

    retract: ({ id, kind, expired: isExpired }) => {
      if (kind !== 'publication') return;
      if (isExpired) expired = true;
      // A record without a leaf may have been observed before.
      for (const publications of lists.values()) {
        for (const [number, { record, newer }] of publications) {
          if (newer && record === id) publications.delete(number);
        }
      }
    },
  };
};

const isScope = (only: unknown): only is CrlScope =>
  only === 'onlyContainsUserCerts' || only === 'onlyContainsCACerts';

const TIMES = ['thisUpdate', 'nextUpdate', 'madeAt'] as const;

const timesOf = (record: LedgerRecord): Pick<Publication, (typeof TIMES)[number]> => {
  if (record.kind === 'provision') return {};
  const { details } = record;
  const times = TIMES.map((name) => [name, timeIn(details[name])] as const);
  return times.some(([, time]) => Number.isNaN(time)) ? {} : Object.fromEntries(times);
};
