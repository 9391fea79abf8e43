import { SKEW_MS } from './acts.ts';
import { authorityOf } from './compromises.ts';
import type { RecordObserver, Report } from './contract.ts';
import { listId, openPublications, type Publication } from './publications.ts';

/** A CRL in the service's archive. */
export interface ArchivedCrl {
  /** Both are absent where the file's name is not that of a CRL. */
  readonly partition?: string | undefined;
  readonly number?: number | undefined;
  readonly name: string;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
}

/** A CRL as the service serves it. */
export interface ServedCrl {
  readonly partition: string;
  /** Undefined where the bytes are no CRL with a number. */
  readonly number: number | undefined;
  readonly digest: string;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly askedAt: number;
}

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
  const isLost = (list: string, number: number): boolean => {
    const name = `${list}/${number}`;
    if (unrecorded.size < lost) unrecorded.add(name);
    return unrecorded.has(name);
  };

  const checkOne = (
    ca: string,
    { partition, number, digest, name }: Partial<ArchivedCrl> & Pick<ArchivedCrl, 'digest'>,
  ): void => {
    const which = { ...(partition !== undefined && { partition }), ...(number !== undefined && { number }) };
    const list = listId(ca, partition ?? '');
    const publication: Publication | undefined =
      number === undefined ? undefined : publications.of(list).get(number);
    if (number === undefined || !publication) {
      if (number !== undefined && (publications.mayBeExpired(list, number) || isLost(list, number))) return;
      const named = number === undefined && name !== undefined ? { name } : which;
      report('crl-without-leaf', { ca, ...named, digest });
    } else if (publication.digest !== digest) {
      report('crl-altered', {
        ca,
        ...which,
        digest,
        published: publication.digest,
        record: publication.record,
      });
    }
  };

  const checkChain = (list: string): void => {
    for (const { partition, number, previous, record } of publications.currentOnes(list)) {
      const before = previous ?? number - 1;
      if (before === 0 || publications.of(list).get(before)?.current) continue;
      if (publications.mayBeExpired(list, before) || unrecorded.has(`${list}/${before}`)) continue;
      report('crl-number-gap', { ca: authorityOf(list), partition, number: before, before: number, record });
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
        archive.add(`${ca}/${archived.partition}/${archived.number}`);
        checkOne(ca, archived);
      }
      for (const [list, numbers] of publications.lists) {
        for (const [number, { partition, current, newer, record }] of numbers) {
          if (current && !newer && !archive.has(`${list}/${number}`))
            report('crl-missing', { ca: authorityOf(list), partition, number, record });
        }
        checkChain(list);
      }
      for (const { ca, crl } of served) {
        const { partition, number } = crl;
        checkOne(ca, crl);
        if (number === undefined) continue;
        const newest = publications
          .currentOnes(listId(ca, partition))
          .filter(({ time }) => time < crl.askedAt - SKEW_MS)
          .at(-1)?.number;
        if (newest !== undefined && number < newest) {
          report('crl-rolled-back', { ca, partition, number, newest });
        }
      }
    },
  };
};
