import type { RecordObserver, Report } from './contract.ts';
import { openPublications, type Publication } from './publications.ts';

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
  const publications = openPublications();
  const listed: { readonly ca: string; readonly archived: ArchivedCrl }[] = [];
  const served: { readonly ca: string; readonly crl: ServedCrl }[] = [];
  /** Publications that a table lost which was put back. No other CRLs than so many may lack theirs. */
  let lost = 0;
  const unrecorded = new Set<string>();

  /** Whether the publication of that CRL may be among the lost ones. */
  const isLost = (ca: string, number: number): boolean => {
    const name = `${ca}/${number}`;
    if (unrecorded.size < lost) unrecorded.add(name);
    return unrecorded.has(name);
  };

  const checkOne = (ca: string, number: number | undefined, digest: string, name?: string): void => {
    const publication: Publication | undefined =
      number === undefined ? undefined : publications.of(ca).get(number);
    if (number === undefined || !publication) {
      if (number !== undefined && (publications.mayBeExpired(ca, number) || isLost(ca, number))) return;
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

  const checkChain = (ca: string): void => {
    for (const { number, previous, record } of publications.currentOnes(ca)) {
      const before = previous ?? number - 1;
      if (before === 0 || publications.of(ca).get(before)?.current || publications.mayBeExpired(ca, before))
        continue;
      if (unrecorded.has(`${ca}/${before}`)) continue;
      report('crl-number-gap', { ca, number: before, before: number, record });
    }
  };

  return {
    observe: publications.observe,
    retract: (gone) => {
      if (gone.kind === 'publication' && gone.lost) lost++;
      publications.retract(gone);
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
      for (const [ca, numbers] of publications.cas) {
        for (const [number, { current, newer, record }] of numbers) {
          if (current && !newer && !archive.has(`${ca}/${number}`))
            report('crl-missing', { ca, number, record });
        }
        checkChain(ca);
      }
      for (const { ca, crl } of served) {
        checkOne(ca, crl.number, crl.digest);
        if (crl.number === undefined) continue;
        const newest = publications
          .currentOnes(ca)
          .filter(({ time }) => time < crl.askedAt - SKEW_MS)
          .at(-1)?.number;
        if (newest !== undefined && crl.number < newest) {
          report('crl-rolled-back', { ca, number: crl.number, newest });
        }
      }
    },
  };
};
