import { oldestUnsequenced } from './ledger/settling.ts';
import type { Clock } from './ports.ts';
import { readCurrentCrl } from './status/crls.ts';
import { openIssuers } from './status/issuers.ts';
import { firstResponderToEnd } from './status/responders.ts';
import type { Table } from './store/store.ts';

/** How far the service's own work has got: what alarms and dashboards ask. */
export interface Gauges {
  /** In force, so without those whose certificate has ended. */
  readonly authorities: readonly {
    readonly ca: string;
    /** Of the current CRL; absent before the first one. */
    readonly crlNextUpdate?: Date;
    /** Of the responder's certificate, of several the first to end; absent before the first one. */
    readonly responderNotAfter?: Date;
  }[];
  /** When the oldest record was written that has no leaf in the log yet; absent where all have. */
  readonly oldestUnsequenced?: Date;
}

export const openGauges = (deps: {
  readonly table: Table;
  readonly clock: Clock;
}): (() => Promise<Gauges>) => {
  const { table, clock } = deps;
  const issuers = openIssuers(deps);
  return async () => {
    const inForce = (await issuers.all()).filter(
      ({ certificate }) => certificate.notAfter.getTime() > clock(),
    );
    const authorities = await Promise.all(
      inForce.map(async ({ id: ca, ocsp }) => {
        const [crl, responder] = await Promise.all([
          readCurrentCrl(table, ca),
          firstResponderToEnd(table, ca, ocsp.algorithms),
        ]);
        return {
          ca,
          ...(crl && { crlNextUpdate: new Date(crl.value.nextUpdate * 1000) }),
          ...(responder && { responderNotAfter: responder.notAfter }),
        };
      }),
    );
    const oldest = await oldestUnsequenced(table);
    return { authorities, ...(oldest !== undefined && { oldestUnsequenced: new Date(oldest) }) };
  };
};
