import type { Clock, Log } from '../ports.ts';
import type { Table } from '../store/store.ts';
import { readCurrentCrl } from './crls/rows.ts';
import { openIssuers } from './issuers.ts';
import { openRegister } from './register.ts';
import { firstResponderToEnd } from './responder-rows.ts';

/** How far the service's own work has come, for alarms and dashboards. */
export interface Gauges {
  /** The CAs whose certificate has not ended. Includes CAs whose row cannot be read. */
  readonly authorities: readonly {
    readonly ca: string;
    /** The current CRL's nextUpdate; absent before the first one. */
    readonly crlNextUpdate?: Date;
    /**
     * The end of the responder's certificate; of several, the earliest. Absent before the first one, while one is revoked, and
     * where the CA's row cannot be read.
     */
    readonly responderNotAfter?: Date;
  }[];
  /** The time of the oldest record without a leaf in the log; absent where every record has its leaf. */
  readonly oldestUnsequenced?: Date;
}

export const openGauges = (deps: {
  readonly table: Table;
  /** From the ledger: the time of the oldest record without a leaf, in milliseconds. */
  readonly oldestUnsequenced: () => Promise<number | undefined>;
  readonly clock: Clock;
  readonly log: Log;
}): (() => Promise<Gauges>) => {
  const { table, clock } = deps;
  const issuers = openIssuers(deps);
  const register = openRegister(table);
  return async () => {
    const known = new Map((await issuers.all()).map((issuer) => [issuer.id, issuer]));
    const inForce = (await issuers.ids()).filter(
      (ca) => (known.get(ca)?.certificate.notAfter.getTime() ?? Number.POSITIVE_INFINITY) > clock(),
    );
    const authorities = await Promise.all(
      inForce.map(async (ca) => {
        const [crl, responder] = await Promise.all([
          readCurrentCrl(table, ca),
          firstResponderToEnd(table, register, ca, known.get(ca)?.ocsp.algorithms ?? []),
        ]);
        return {
          ca,
          ...(crl && { crlNextUpdate: new Date(crl.value.nextUpdate * 1000) }),
          ...(responder && { responderNotAfter: responder.notAfter }),
        };
      }),
    );
    const oldest = await deps.oldestUnsequenced();
    return { authorities, ...(oldest !== undefined && { oldestUnsequenced: new Date(oldest) }) };
  };
};
