import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import type { InForce, TrustDomain } from './contract.ts';

/** What the trust domain asks of the ledger: writes to be stored together with the step that they record, and what was recorded. */
export type Recorder = Pick<Ledger, 'prepare' | 'get'>;

/** What it takes to bring an approved amendment into force. */
export interface ApplyingDeps {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly inForce: InForce;
  /** Finishes, under the terms of an earlier file, what was approved under it. Says in the log what it cannot finish. */
  readonly finishUnder: (text: string) => Promise<void>;
  readonly table: Table;
  readonly recorder: Recorder;
  readonly clock: Clock;
}
