import type { BulkProfile } from '../bulk/bulk.ts';
import type { PersonalData } from '../personal/personal.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { OfBatches, Registration } from '../registration/registration.ts';
import type { Objects, Table, Value, Write } from '../store/store.ts';
import type { Work } from './contract.ts';

/** The room records ids, digests, numbers and decisions. */
export interface BatchRecord {
  readonly kind: 'batch';
  readonly actor: string;
  readonly tenant: string;
  readonly office: string;
  readonly details: Value;
}

/** The members of a record that the room reads. */
export interface KeptRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly kind: string;
  readonly actor?: string;
  readonly tenant?: string;
  readonly office?: string;
  readonly certificates?: readonly CertificateRef[];
  readonly details?: Value;
}

interface Closes {
  readonly act: string;
  readonly number: number;
}

interface Concluded {
  readonly record: KeptRecord;
  readonly isOurs: boolean;
  readonly writes: readonly Write[];
}

export interface Recorder {
  prepare(
    record: BatchRecord,
  ): Promise<{ readonly record: { readonly id: string }; readonly writes: readonly Write[] }>;
  /** Faults: `unknown-record`, `record-expired`, `act-not-proven`. */
  act(id: string): Promise<KeptRecord>;
  conclude(record: BatchRecord, closes: Closes): Promise<Concluded>;
  conclusion(closes: Closes): Promise<Concluded | undefined>;
  newest(act: string): Promise<{ readonly newest?: Concluded; readonly next: Closes }>;
}

export interface BatchesDeps {
  readonly table: Table;
  readonly personal: PersonalData;
  readonly objects: Pick<Objects, 'get' | 'put'>;
  readonly recorder: Recorder;
  readonly registration: Pick<Registration, 'examine' | 'withdraw' | 'get' | 'collect'> & {
    readonly ofBatches: OfBatches;
  };
  /** Undefined where the actor's office may not ask for certificates of that profile. */
  readonly profileOf: (actor: Principal, profile: string) => Promise<BulkProfile | undefined>;
  /** The office and those that have taken over its affairs are known to the principal. Fault: `not-in-force`. */
  readonly actorOf: (id: string) => Promise<Principal | undefined>;
  /** Which rows an examiner has to open one by one: this share in per cent, and so many at least. */
  readonly sampling: { readonly percent: number; readonly atLeast: number };
  /** Says that there is work. Where nobody hears it, the work is found by its row. */
  readonly wake: (work: Work) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
