import type { Acts } from '../acts/acts.ts';
import type { KeyStore } from '../keys/keys.ts';
import type { Ledger, LedgerRecord, Recoveries } from '../ledger/ledger.ts';
import type { PersonalData } from '../personal/personal.ts';
import type { Clock, Log, Random, Retries } from '../ports.ts';
import type { CertificateRef } from '../principal.ts';
import type { Issuers, IssuerUrls, Register, Responders } from '../status/status.ts';
import type { Objects, Table, Write } from '../store/store.ts';
import type { ApplyingDeps, Office } from '../trust-domain/trust-domain.ts';
import type { Cas } from './cas.ts';
import type { Closures } from './contract.ts';

/**
 * The part of the ledger that the authority uses: writes that record an act and are stored with it, and records to
 * read.
 */
export type Recorder = Pick<
  Ledger,
  'prepare' | 'act' | 'conclude' | 'conclusion' | 'newest' | 'followClosings'
>;

export interface AuthorityDeps extends ApplyingDeps {
  /** Where relying parties find what the service publishes of the CA, by the addresses in force. */
  readonly urlsOf: (ca: string) => Promise<IssuerUrls>;
  /** Makes the keys that sign acts. */
  readonly acts: Pick<Acts, 'makeKey'>;
  /** The office, with the attributes that the newest act gave it. Fault: `not-in-force`. */
  readonly openOffice: (id: string) => Promise<Office | undefined>;
  /** The same, and also an office that has ended while an open one has its affairs. Fault: `not-in-force`. */
  readonly servedOffice: (id: string) => Promise<Office | undefined>;
  /** The tenant of an office, whatever became of it. */
  readonly tenantOfOffice: (office: string) => Promise<string | undefined>;
  /** The certificate that a request led to, by its row. */
  readonly certificateOfRequest: (request: string) => Promise<CertificateRef | undefined>;
  /** The tenant of a principal, as a signed act or the file has it; undefined for those of the service. */
  readonly tenantOf: (principal: string) => Promise<string | undefined>;
  readonly table: Table;
  /** Where the bytes of certificates are that are about somebody outside. */
  readonly personal: PersonalData;
  /** When the bytes end of a certificate that ends then; both in milliseconds since the epoch. */
  readonly dataEnd: (notAfterMs: number) => number;
  /** Objects that are put once. */
  readonly objects: Objects;
  /** Where the CA keys are. */
  readonly keys: KeyStore;
  /** Where the delegated responders' keys are. */
  readonly responderKeys: KeyStore;
  readonly register: Register;
  readonly issuers: Issuers;
  /** The CAs that can sign. */
  readonly cas: Cas;
  /** The CAs that may issue. */
  readonly closures: Closures;
  readonly responders: Pick<Responders, 'isInGoodStanding' | 'read' | 'replaceWrites'>;
  readonly recorder: Recorder;
  /** Brings the rows of an enrolment to an act that closed it. Resolves with whether they were behind it. */
  readonly followEnrolment: (record: LedgerRecord) => Promise<boolean>;
  /** What a table lost that was behind its log. */
  readonly recoveries: Pick<Recoveries, 'due' | 'finish'>;
  /** Nothing is signed where this rejects: the table is older than the log. */
  readonly assertNotBehind: () => Promise<void>;
  /**
   * Publishes at once the CRLs that a revocation of this certificate changes. The CA's own changes all of them.
   */
  readonly publishCrls: (ref: CertificateRef) => Promise<unknown>;
  /**
   * Writes that are stored with such a revocation. They keep those CRLs due until one that lists the revocation
   * is published.
   */
  readonly crlDueWrites: (ref: CertificateRef) => Promise<readonly Write[]>;
  /** For certificates that are recorded and cannot be signed yet. */
  readonly retries: Retries;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
