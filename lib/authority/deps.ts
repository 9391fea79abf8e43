import type { KeyStore } from '../keys/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock, Log, Random, Retries } from '../ports.ts';
import type { Issuers, Register, Responders } from '../status/status.ts';
import type { Table, Write } from '../store/store.ts';
import type { InForce, TrustDomain } from '../trust-domain/trust-domain.ts';

/** What the authority asks of the ledger: writes to be stored together with the act that they record, and what was recorded. */
export type Recorder = Pick<Ledger, 'prepare' | 'get'>;

export interface AuthorityDeps {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly inForce: InForce;
  /** Finishes, under the terms of an earlier file, what was approved under it. Says in the log what it cannot finish. */
  readonly finishUnder: (text: string) => Promise<void>;
  /** Where the service is reached; every CRL is published under each, and the first is where OCSP answers. */
  readonly publicUrls: readonly [string, ...string[]];
  readonly table: Table;
  /** Where the CA keys are. */
  readonly keys: KeyStore;
  /** Where the delegated responders' keys are. */
  readonly responderKeys: KeyStore;
  readonly register: Register;
  readonly issuers: Issuers;
  readonly responders: Pick<Responders, 'isInGoodStanding' | 'read' | 'replaceWrites'>;
  readonly recorder: Recorder;
  /** Publishes the CA's CRL now: asked for when a revocation must not wait for the next one. */
  readonly publishCrl: (ca: string) => Promise<unknown>;
  /** Writes, to be stored with such a revocation, after which the CRL is due until one was published that has it. */
  readonly crlDueWrites: (ca: string) => Promise<readonly Write[]>;
  /** Of what is recorded and cannot be signed. */
  readonly retries: Retries;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
