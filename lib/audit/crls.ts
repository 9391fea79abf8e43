import type { RecordObserver, Report } from './contract.ts';

/** A CRL in the service's archive. */
export interface ArchivedCrl {
  /** Absent where the file's name is not that of a CRL. */
  readonly number?: number | undefined;
  readonly name: string;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
}

/** A CRL as the service serves it. */
export interface ServedCrl {
  /** Undefined where the bytes are no CRL with a number. */
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
  /** The number of the CRL that was current before; absent for a CRL that never was current. */
  readonly previous?: number;
  readonly current: boolean;
}

/** Clocks of several processes differ by less than this. */
const SKEW_MS = 10_000;

/**
 * Compares the archive of CRLs, and the CRLs that are served, with the records of publications. Each signed CRL has a
 * record and each record a CRL. Each publication names the number before it, so none can be left out of the records.
 * It is used in the order of `CertificateCheck`.
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

  const publicationsOf = (ca: string): Map<number, Publication> => {
    const publications = cas.get(ca) ?? new Map<number, Publication>();
    cas.set(ca, publications);
    return publications;
  };

  const currentOnes = (publications: ReadonlyMap<number, Publication>) =>
    [...publications].filter(([, { current }]) => current).sort(([a], [b]) => a - b);

  /** Whether the record of that number may have been deleted after its retention period. */
  const mayBeExpired = (publications: ReadonlyMap<number, Publication>, number: number): boolean => {
    const first = currentOnes(publications)[0]?.[0];
    return expired && (first === undefined || number < first);
  };

  const checkOne = (ca: string, number: number | undefined, digest: string, name?: string): void => {
    const publications = publicationsOf(ca);
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

  const checkChain = (ca: string, publications: ReadonlyMap<number, Publication>): void => {
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
      const from = { record: record.id, time: Date.parse(record.time), newer };
      publicationsOf(ca).set(number, {
        ...from,
        digest,
        current: overtaken !== true,
        ...(typeof previous === 'number' && { previous }),
      });
      for (const one of Array.isArray(left) ? left : []) {
        const { number: other, digest: signed } = one as { number?: unknown; digest?: unknown };
        if (typeof other !== 'number' || typeof signed !== 'string' || publicationsOf(ca).has(other))
          continue;
        publicationsOf(ca).set(other, { ...from, digest: signed, current: false });
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
        checkOne(ca, archived.number, archived.digest, archived.name);
      }
      for (const [ca, publications] of cas) {
        for (const [number, { current, newer, record }] of publications) {
          if (current && !newer && !archive.has(`${ca}/${number}`))
            report('crl-missing', { ca, number, record });
        }
        checkChain(ca, publications);
      }
      for (const { ca, crl } of served) {
        checkOne(ca, crl.number, crl.digest);
        if (crl.number === undefined) continue;
        const newest = currentOnes(publicationsOf(ca))
          .filter(([, { time }]) => time < crl.askedAt - SKEW_MS)
          .at(-1)?.[0];
        if (newest !== undefined && crl.number < newest) {
          report('crl-rolled-back', { ca, number: crl.number, newest });
        }
      }
    },
  };
};
