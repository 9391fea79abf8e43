import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import type { InForce, TrustDomain } from './contract.ts';

/**
 * The part of the ledger that the trust domain uses: writes that record a step and are stored with it, and records to
 * read.
 */
export type Recorder = Pick<Ledger, 'prepare' | 'act' | 'conclude' | 'conclusion'>;

/** The dependencies for bringing an approved amendment into force. */
export interface ApplyingDeps {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly inForce: InForce;
  /**
   * Finishes the requests and certificates that were begun under an earlier file, by the terms of that file. Logs those
   * that it cannot finish.
   */
  readonly finishUnder: (text: string) => Promise<void>;
  readonly table: Table;
  readonly recorder: Recorder;
  readonly clock: Clock;
}
