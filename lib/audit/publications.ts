import type { LedgerRecord } from '../ledger/ledger.ts';
import type { RecordObserver } from './contract.ts';

/** A CRL that was signed, by the record of its publication. */
export interface Publication {
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
}

/** The CRLs of all CAs, by the records of their publications. */
export interface Publications extends RecordObserver {
  readonly cas: ReadonlyMap<string, ReadonlyMap<number, Publication>>;
  of(ca: string): ReadonlyMap<number, Publication>;
  /** Those that became current, in the order of their numbers. */
  currentOnes(ca: string): readonly Publication[];
  /** Whether the record of that number may have been deleted after its retention period. */
  mayBeExpired(ca: string, number: number): boolean;
}

const NONE: ReadonlyMap<number, Publication> = new Map();

export const openPublications = (): Publications => {
  const cas = new Map<string, Map<number, Publication>>();
  let expired = false;

  const add = (ca: string, publication: Publication): void => {
    const publications = cas.get(ca) ?? new Map<number, Publication>();
    cas.set(ca, publications.set(publication.number, publication));
  };

  const currentOnes = (ca: string): readonly Publication[] =>
    [...(cas.get(ca) ?? NONE).values()]
      .filter(({ current }) => current)
      .toSorted((a, b) => a.number - b.number);

  return {
    cas,
    of: (ca) => cas.get(ca) ?? NONE,
    currentOnes,

    mayBeExpired: (ca, number) => {
      const first = currentOnes(ca)[0]?.number;
      return expired && (first === undefined || number < first);
    },

    observe: (record, newer) => {
      if (record.kind !== 'publication') return;
      const { ca, number, digest, previous, overtaken, left } = record.details;
      if (typeof ca !== 'string' || typeof number !== 'number' || typeof digest !== 'string') return;
      const from = { record: record.id, time: Date.parse(record.time), newer };
      add(ca, {
        ...from,
        number,
        digest,
        current: overtaken !== true,
        ...(typeof previous === 'number' && { previous }),
        ...timesOf(record),
      });
      for (const one of Array.isArray(left) ? left : []) {
        const { number: other, digest: signed } = one as { number?: unknown; digest?: unknown };
        if (typeof other !== 'number' || typeof signed !== 'string' || cas.get(ca)?.has(other)) continue;
        add(ca, { ...from, number: other, digest: signed, current: false });
      }
    },

    retract: ({ id, kind, expired: isExpired }) => {
      if (kind !== 'publication') return;
      if (isExpired) expired = true;
      // A record without a leaf may have been observed before.
      for (const publications of cas.values()) {
        for (const [number, { record, newer }] of publications) {
          if (newer && record === id) publications.delete(number);
        }
      }
    },
  };
};

const timesOf = (record: LedgerRecord): Pick<Publication, 'thisUpdate' | 'nextUpdate'> => {
  if (record.kind === 'provision') return {};
  const [thisUpdate, nextUpdate] = [record.details.thisUpdate, record.details.nextUpdate].map((text) =>
    Date.parse(String(text)),
  ) as [number, number];
  return Number.isNaN(thisUpdate) || Number.isNaN(nextUpdate) ? {} : { thisUpdate, nextUpdate };
};
