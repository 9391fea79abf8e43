import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../ports.ts';
import type { Table } from '../store/store.ts';
import type { Addresses, InForce, Standing, States, TrustDomain } from './contract.ts';
import type { IsEnrolled } from './enrolled-ids.ts';

/**
 * The part of the ledger that the trust domain uses: writes that record a step and are stored with it, and records to
 * read.
 */
export type Recorder = Pick<Ledger, 'prepare' | 'act' | 'conclude' | 'conclusion'>;

/** The dependencies for bringing a file into force. */
export interface ApplyingDeps {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly publicUrls: Addresses['current'];
  /** The log's name, where the operator named it. */
  readonly logOrigin?: string | undefined;
  /** The log's name: the one above, or the one that follows from the first public URL. */
  readonly origin: string;
  readonly inForce: InForce;
  readonly states: States;
  readonly standing: Standing;
  /**
   * Finishes the requests and certificates that were begun under an earlier file, by the terms of that file. Logs those
   * that it cannot finish.
   */
  readonly finishUnder: (text: string) => Promise<void>;
  readonly isEnrolled: IsEnrolled;
  readonly table: Table;
  readonly recorder: Recorder;
  readonly clock: Clock;
}
