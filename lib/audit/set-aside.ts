import type { Report } from './contract.ts';

/** A row that the service set aside because the ledger had not written it so, as the service names it. */
export interface ShownSetAside {
  readonly digest: string;
  readonly time: string;
  readonly what: string;
  readonly why: string;
}

/**
 * Names each row that was set aside. The service kept its work going, but somebody had written to its table. A row that
 * was set aside and then deleted again is not named: only the service's own log has it.
 */
export const reportSetAside = (rows: readonly ShownSetAside[], report: Report): void => {
  for (const { digest, time, what, why } of rows) report('row-set-aside', { digest, time, what, why });
};
