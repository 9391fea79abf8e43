import { hash } from 'node:crypto';
import type { ArchivedCrl, ListedRevocations } from '../../lib/audit/audit.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { MAX_CRL_BYTES, readCrl } from './crl-file.ts';

/** The newest of a list that are read unless all are: about three months of daily CRLs. */
const NEWEST = 100;

/** Reads CRLs of the archive for what they say. The bytes must be those whose digest was listed. */
export const archivedCrls = (client: ApiClient, all: boolean) => {
  interface One {
    readonly ca: string;
    readonly partition: string;
    readonly number: number;
    readonly digest: string;
  }
  const listed = new Map<string, One[]>();
  return {
    /** In the order of numbers. */
    list: (ca: string, { partition, number, digest }: ArchivedCrl): void => {
      if (partition === undefined || number === undefined) return;
      const list = `${ca}/${partition}`;
      const own = listed.get(list) ?? [];
      listed.set(list, own);
      own.push({ ca, partition, number, digest });
      if (!all && own.length > NEWEST) own.shift();
    },

    /** One after the other, so that one is in memory at a time. Resolves with how many were read. */
    read: async (judge: (ca: string, crl: ListedRevocations) => void): Promise<number> => {
      let read = 0;
      for (const own of listed.values()) {
        for (const { ca, partition, number, digest } of own) {
          const der = await bytesOf(client, [ca, partition, `${number}.crl`]);
          const crl = der && hash('sha256', der) === digest ? readCrl(der, partition) : undefined;
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
const bytesOf = async (client: ApiClient, path: readonly string[]): Promise<Uint8Array | undefined> => {
  try {
    return await client.bytes(`/api/v1/crls/${path.map(encodeURIComponent).join('/')}`, MAX_CRL_BYTES);
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'unknown-crl') return undefined;
    throw error;
  }
};
