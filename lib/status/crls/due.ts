import { Fault } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import type { Table, Write } from '../../store/store.ts';
import { listId, partitionsShowing } from '../crl-lists.ts';
import type { Issuer, Issuers } from '../issuers.ts';
import { dueWrite } from './rows.ts';

/**
 * Writes that make each CRL due that a revocation of this certificate changes. A CA that cannot be read stops no revocation;
 * its lists are due once it is mended.
 */
export const openCrlDue =
  ({ table, issuers }: { readonly table: Table; readonly issuers: Pick<Issuers, 'byId'> }) =>
  async ({ ca, serial }: CertificateRef): Promise<readonly Write[]> => {
    const issuer = await readable(issuers, ca);
    return Promise.all(
      partitionsShowing(issuer, serial).map((partition) => dueWrite(table, listId(ca, partition))),
    );
  };

const readable = async (issuers: Pick<Issuers, 'byId'>, ca: string): Promise<Issuer | undefined> => {
  try {
    return await issuers.byId(ca);
  } catch (error) {
    if (Fault.is(error, 'authority-unreadable') || Fault.is(error, 'unknown-authority')) return undefined;
    throw error;
  }
};
