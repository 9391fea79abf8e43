import { hash } from 'node:crypto';
import type { ArchivedCrl, ListedRevocations } from '../../lib/audit/audit.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { MAX_CRL_BYTES, readCrl } from './crl-file.ts';

/** The newest of a CA that are read unless all are: about three months of daily CRLs. */
const NEWEST = 100;

/** Reads CRLs of the archive for what they say. The bytes must be those whose digest was listed. */
export const archivedCrls = (client: ApiClient, all: boolean) => {
  const listed = new Map<string, { readonly number: number; readonly digest: string }[]>();
  return {
    /** In the order of numbers. */
    list: (ca: string, { number, digest }: ArchivedCrl): void => {
      if (number === undefined) return;
      const own = listed.get(ca) ?? [];
      listed.set(ca, own);
      own.push({ number, digest });
      if (!all && own.length > NEWEST) own.shift();
    },

    /** One after the other, so that one is in memory at a time. Resolves with how many were read. */
    read: async (judge: (ca: string, crl: ListedRevocations) => void): Promise<number> => {
      let read = 0;
      for (const [ca, own] of listed) {
        for (const { number, digest } of own) {
          const der = await bytesOf(client, ca, number);
          const crl = der && hash('sha256', der) === digest ? readCrl(der) : undefined;
          if (!crl) continue;
          judge(ca, crl);
          read++;
        }
      }
      return read;
    },
  };
};

/** Undefined where it left the archive after it was listed. */
const bytesOf = async (client: ApiClient, ca: string, number: number): Promise<Uint8Array | undefined> => {
  try {
    return await client.bytes(`/api/v1/crls/${encodeURIComponent(ca)}/${number}.crl`, MAX_CRL_BYTES);
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'unknown-crl') return undefined;
    throw error;
  }
};
