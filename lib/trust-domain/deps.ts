import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import type { InForce, TrustDomain } from './contract.ts';

/** What the trust domain asks of the ledger: writes that record a step and are stored with it, and records to read. */
export type Recorder = Pick<Ledger, 'prepare' | 'get'>;

/** What it takes to bring an approved amendment into force. */
export interface ApplyingDeps {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly inForce: InForce;
  /** Finishes what was approved under an earlier file, under its terms. Logs what it cannot finish. */
  readonly finishUnder: (text: string) => Promise<void>;
  readonly table: Table;
  readonly recorder: Recorder;
  readonly clock: Clock;
}
