import type { RecordDraft } from '../ledger/record.ts';
import type { TbsCertList } from '../pki/crl.ts';
import type { Der } from '../pki/der.ts';
import type { Clock, Log } from '../ports.ts';
import type { Bucket, Table, Write } from '../store/store.ts';
import type { Issuers } from './issuers.ts';
import type { Register } from './register.ts';
import type { Responders } from './responders.ts';

/** What status asks of the ledger. */
export interface Recorder {
  append(...drafts: readonly RecordDraft[]): Promise<unknown>;
  prepare(draft: RecordDraft): { readonly writes: readonly Write[] };
}

/**
 * Lints the list and signs it with that CA's key; the answer is the whole CertificateList. The number of the CRL
 * before it, where there was one, must be lower.
 */
export type CrlSigner = (ca: string, tbs: TbsCertList, previousNumber?: bigint) => Promise<Der>;

export interface OcspDeps {
  readonly issuers: Issuers;
  readonly register: Register;
  readonly responders: Responders;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CrlDeps {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly issuers: Issuers;
  readonly register: Register;
  readonly recorder: Recorder;
  readonly signCrl: CrlSigner;
  readonly clock: Clock;
}

export type StatusDeps = OcspDeps & CrlDeps;
