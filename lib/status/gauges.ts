import { Fault } from '../fault.ts';
import { decodeCertificate } from '../pki/pki.ts';
import type { Clock, Log } from '../ports.ts';
import type { Table } from '../store/store.ts';
import { FULL_CRL } from './contract.ts';
import { listId } from './crl-lists.ts';
import { recentCrlAlarms } from './crls/alarms.ts';
import { readCurrentCrl } from './crls/rows.ts';
import { type IssuerRow, logUnreadable, readIssuerRows } from './issuer-row.ts';
import { openRegister } from './register.ts';
import { firstResponderToEnd } from './responder-rows.ts';

/** How far the service's own work has come, for alarms and dashboards. */
export interface Gauges {
  /** The CAs whose certificate has not ended. Includes CAs whose row cannot be read. */
  readonly authorities: readonly {
    readonly ca: string;
    /** The current CRL's nextUpdate; of several, the earliest. Absent while one of them was never published. */
    readonly crlNextUpdate?: Date;
    /**
     * The end of the responder's certificate; of several, the earliest. Absent before the first one, while one is revoked, and
     * where the CA's row cannot be read.
     */
    readonly responderNotAfter?: Date;
  }[];
  /** The time of the oldest record without a leaf in the log; absent where every record has its leaf. */
  readonly oldestUnsequenced?: Date;
  /** Rows that the ledger has set aside since the day before, because it did not write them so. */
  readonly rowsSetAside: number;
  /** What publications of CRLs found since the day before that the service itself never leaves (crls/alarms.ts). */
  readonly crlAlarms: number;
  /** By how many leaves the table is behind its log; 0 where it is not. */
  readonly leavesBehind: number;
}

export const openGauges = (deps: {
  readonly table: Table;
  /** From the ledger: the time of the oldest record without a leaf, in milliseconds. */
  readonly oldestUnsequenced: () => Promise<number | undefined>;
  /** From the ledger: how many rows it has set aside since the day before. */
  readonly rowsSetAside: () => Promise<number>;
  /** From the ledger: by how many leaves the table is behind its log. */
  readonly leavesBehind: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
}): (() => Promise<Gauges>) => {
  const { table, clock } = deps;
  const register = openRegister(table);

  /** Undefined where the row cannot be read. */
  const notAfterOf = (ca: string, row: IssuerRow | undefined): number | undefined => {
    try {
      if (row) return decodeCertificate(Buffer.from(row.certificate, 'base64')).notAfter.getTime();
      logUnreadable(deps.log, ca, 'authority-unreadable');
    } catch (error) {
      logUnreadable(deps.log, ca, Fault.is(error) ? error.code : 'internal');
    }
    return undefined;
  };

  const firstNextUpdate = async (ca: string, partitions: readonly string[]): Promise<Date | undefined> => {
    const rows = await Promise.all(
      partitions.map((partition) => readCurrentCrl(table, listId(ca, partition))),
    );
    const ends = rows.map((row) => (row === undefined ? Number.NaN : row.value.nextUpdate * 1000));
    const first = Math.min(...ends);
    return Number.isFinite(first) ? new Date(first) : undefined;
  };

  return async () => {
    const rows = [...(await readIssuerRows(table))].map(([ca, row]) => {
      const notAfter = notAfterOf(ca, row);
      return {
        ca,
        ends: notAfter ?? Number.POSITIVE_INFINITY,
        row: notAfter === undefined ? undefined : row,
      };
    });
    const inForce = rows.filter(({ ends }) => ends > clock());
    const authorities = await Promise.all(
      inForce.map(async ({ ca, row }) => {
        const [crlNextUpdate, responder] = await Promise.all([
          firstNextUpdate(ca, row?.crls ?? [FULL_CRL]),
          firstResponderToEnd(table, register, ca, row?.responders ?? []),
        ]);
        return {
          ca,
          ...(crlNextUpdate && { crlNextUpdate }),
          ...(responder && { responderNotAfter: responder.notAfter }),
        };
      }),
    );
    const oldest = await deps.oldestUnsequenced();
    const rowsSetAside = await deps.rowsSetAside();
    const crlAlarms = await recentCrlAlarms(table, clock());
    const leavesBehind = await deps.leavesBehind();
    return {
      authorities,
      rowsSetAside,
      crlAlarms,
      leavesBehind,
      ...(oldest !== undefined && { oldestUnsequenced: new Date(oldest) }),
    };
  };
};
