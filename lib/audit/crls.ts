import type { RecordObserver, Report } from './contract.ts';

/** A CRL in the service's archive. */
export interface ArchivedCrl {
  /** Absent where the file is named as no CRL is. */
  readonly number?: number | undefined;
  readonly name: string;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
}

/** A CRL as the service serves it. */
export interface ServedCrl {
  /** Undefined of bytes that are no CRL with a number. */
  readonly number: number | undefined;
  readonly digest: string;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly askedAt: number;
}

interface Publication {
  readonly digest: string;
  readonly record: string;
  readonly time: number;
  readonly newer: boolean;
  /** Of the CRL that was current before; absent of one that never was current. */
  readonly previous?: number;
  readonly current: boolean;
}

/** Clocks of several processes differ by less than this. */
const SKEW_MS = 10_000;

/**
 * Holds the archive of CRLs, and what is served, against the records of publications: each signed CRL has its record,
 * each record its CRL, and each publication names the number before it, so that none can be left out of the records.
 * Used as `CertificateCheck` is.
 */
export interface CrlCheck extends RecordObserver {
  list(ca: string, archived: ArchivedCrl): void;
  serve(ca: string, served: ServedCrl): void;
  conclude(): void;
}

export const openCrlCheck = ({ report }: { readonly report: Report }): CrlCheck => {
  const cas = new Map<string, Map<number, Publication>>();
  const listed: { readonly ca: string; readonly archived: ArchivedCrl }[] = [];
  const served: { readonly ca: string; readonly crl: ServedCrl }[] = [];
  let expired = false;

  const of = (ca: string): Map<number, Publication> => {
    const publications = cas.get(ca) ?? new Map<number, Publication>();
    cas.set(ca, publications);
    return publications;
  };

  const currentOnes = (publications: ReadonlyMap<number, Publication>) =>
    [...publications].filter(([, { current }]) => current).sort(([a], [b]) => a - b);

  /** Whether the record of that number may be gone because its time is over. */
  const mayBeExpired = (publications: ReadonlyMap<number, Publication>, number: number): boolean => {
    const first = currentOnes(publications)[0]?.[0];
    return expired && (first === undefined || number < first);
  };

  const judgeOne = (ca: string, number: number | undefined, digest: string, name?: string): void => {
    const publications = of(ca);
    const publication = number === undefined ? undefined : publications.get(number);
    if (number === undefined || !publication) {
      if (number !== undefined && mayBeExpired(publications, number)) return;
      const which = number === undefined ? (name === undefined ? {} : { name }) : { number };
      report('crl-without-leaf', { ca, ...which, digest });
    } else if (publication.digest !== digest) {
      report('crl-altered', {
        ca,
        number,
        digest,
        published: publication.digest,
        record: publication.record,
      });
    }
  };

  const judgeChain = (ca: string, publications: ReadonlyMap<number, Publication>): void => {
    for (const [number, { previous, record }] of currentOnes(publications)) {
      const before = previous ?? number - 1;
      if (before === 0 || publications.get(before)?.current || mayBeExpired(publications, before)) continue;
      report('crl-number-gap', { ca, number: before, before: number, record });
    }
  };

  return {
    observe: (record, newer) => {
      if (record.kind !== 'publication') return;
      const { ca, number, digest, previous, overtaken, left } = record.details;
      if (typeof ca !== 'string' || typeof number !== 'number' || typeof digest !== 'string') return;
      const said = { record: record.id, time: Date.parse(record.time), newer };
      of(ca).set(number, {
        ...said,
        digest,
        current: overtaken !== true,
        ...(typeof previous === 'number' && { previous }),
      });
      for (const one of Array.isArray(left) ? left : []) {
        const { number: other, digest: signed } = one as { number?: unknown; digest?: unknown };
        if (typeof other !== 'number' || typeof signed !== 'string' || of(ca).has(other)) continue;
        of(ca).set(other, { ...said, digest: signed, current: false });
      }
    },

    retract: ({ id, kind, expired: isExpired }) => {
      if (kind !== 'publication') return;
      if (isExpired) expired = true;
      // One without a leaf may have been learned before it turned out to be none.
      for (const publications of cas.values()) {
        for (const [number, { record, newer }] of publications) {
          if (newer && record === id) publications.delete(number);
        }
      }
    },

    list: (ca, archived) => {
      listed.push({ ca, archived });
    },

    serve: (ca, crl) => {
      served.push({ ca, crl });
    },

    conclude: () => {
      const archive = new Set<string>();
      for (const { ca, archived } of listed) {
        archive.add(`${ca}/${archived.number}`);
        judgeOne(ca, archived.number, archived.digest, archived.name);
      }
      for (const [ca, publications] of cas) {
        for (const [number, { current, newer, record }] of publications) {
          if (current && !newer && !archive.has(`${ca}/${number}`))
            report('crl-missing', { ca, number, record });
        }
        judgeChain(ca, publications);
      }
      for (const { ca, crl } of served) {
        judgeOne(ca, crl.number, crl.digest);
        if (crl.number === undefined) continue;
        const newest = currentOnes(of(ca))
          .filter(([, { time }]) => time < crl.askedAt - SKEW_MS)
          .at(-1)?.[0];
        if (newest !== undefined && crl.number < newest) {
          report('crl-rolled-back', { ca, number: crl.number, newest });
        }
      }
    },
  };
};
