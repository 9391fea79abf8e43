import type { Encoding, Format, RowProblem } from '../bulk/bulk.ts';
import type { PersonalDataState } from '../personal/personal.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { ExaminationStage, RequestState, RequestView } from '../registration/registration.ts';

/** Bytes of a part of a file. A part is one item of the store, sealed. */
export const MAX_PART_BYTES = 192 * 1024;
/** Parts of a file, so a file has 24 MiB at most. 10,000 requests with RSA keys take about 17. */
export const MAX_PARTS = 128;
/** Rows that an examination in bulk may leave out. */
export const MAX_LEFT_OUT = 1_000;

/**
 * `receiving`: parts are missing. `reading`: the file is divided into rows. `refused`: the file as a whole cannot be read, as
 * `problems` say. `received`: nothing was done with the rows yet, but for a check. `submitting` and `cancelling` go on by themselves,
 * and so do examinations, in the state `submitted`.
 */
export const BATCH_STATES = [
  'receiving',
  'reading',
  'refused',
  'received',
  'submitting',
  'submitted',
  'cancelling',
  'cancelled',
] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** What a client says of a file before it sends the parts. */
export interface FileTerms {
  readonly profile: string;
  readonly format: Format;
  /** Where it is absent, it is found out from the beginning of the file. */
  readonly encoding?: Encoding;
  readonly bytes: number;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** SHA-256 of each part, hex. All parts but the last one have the same number of bytes. */
  readonly parts: readonly string[];
}

/** How far the service has got with the rows. */
export interface Progress {
  /** The rows that it is about. */
  readonly rows: number;
  readonly done: number;
  readonly refused: number;
  /** Rows that failed again and again through no fault of their own. A replay tries them again. */
  readonly setAside: number;
  readonly isOver: boolean;
}

/** A sample of the rows, which the examiner opens one by one before the others may be approved together. */
export interface Sample {
  /** The number of the act by which the service drew it. */
  readonly number: number;
  readonly stage: ExaminationStage;
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** The rows whose requests wait for this examiner. */
  readonly rows: number;
  /** The numbers of the rows that have to be opened. */
  readonly sample: readonly number[];
  /** Those of them that were opened. */
  readonly opened: readonly number[];
}

export interface BulkExamination extends Progress {
  readonly number: number;
  readonly stage: ExaminationStage;
  readonly by: string;
  readonly at: string;
  readonly decision: 'approve' | 'reject';
  /** Id of the record of the act. */
  readonly record: string;
}

export interface BatchView {
  readonly id: string;
  /** That of the office. */
  readonly tenant: string;
  readonly office: string;
  readonly profile: string;
  readonly state: BatchState;
  readonly format: Format;
  /** From the moment when the file was read. */
  readonly encoding?: Encoding;
  readonly encodingBy?: 'caller' | 'byte-order-mark' | 'content';
  readonly bytes: number;
  readonly digest: string;
  readonly parts: number;
  /** The numbers of the parts that are missing, from 1; absent where none is. */
  readonly missing?: readonly number[];
  readonly createdBy: string;
  readonly createdAt: string;
  /** The rows of the file, and how many of them cannot be submitted as they are. */
  readonly rows?: number;
  readonly unreadable?: number;
  /** A refused file has these. */
  readonly problems?: readonly RowProblem[];
  /** A check judges the rows and submits nothing. */
  readonly check?: Progress;
  readonly submission?: Progress & { readonly by: string; readonly at: string };
  readonly cancellation?: Progress & { readonly by: string; readonly at: string };
  /** Oldest first. */
  readonly examinations?: readonly BulkExamination[];
  /** The caller's own, where no examination has used it. */
  readonly sample?: Sample;
  /** How many collections were made of it, and how many certificates they have. */
  readonly collections?: readonly { readonly number: number; readonly certificates: number }[];
  /** Why the contents of the file are not shown. */
  readonly personalData?: PersonalDataState;
}

/**
 * `unreadable`: the file has to be corrected. `waiting`: not submitted. `refused`: the newest step refused it. `set-aside`: it failed
 * again and again. The others are those of its request.
 */
export const ROW_STATES = ['unreadable', 'waiting', 'refused', 'set-aside'] as const;
export type RowState = (typeof ROW_STATES)[number] | RequestState;

export interface BatchRowView {
  readonly number: number;
  readonly line: number;
  readonly key?: string;
  readonly state: RowState;
  readonly problems?: readonly RowProblem[];
  readonly request?: string;
  readonly certificate?: CertificateRef;
  /** The names of the fields whose values are not those that most rows have. */
  readonly differs?: readonly string[];
  readonly inSample?: true;
  readonly opened?: true;
}

/** Which rows a list shows: all of them, those with problems, those of the newest sample, or those that differ from most. */
export const ROW_LISTS = ['all', 'problems', 'sample', 'differing'] as const;
export type RowList = (typeof ROW_LISTS)[number];

/** Requests that came in one file. Officers see those of their own office and of its predecessors, as they see requests. */
export interface Batches {
  /**
   * The same file for the same profile of the same office gives the batch that is there (`replayed`), unless it was refused or
   * cancelled. Faults: `forbidden`, `unknown-profile`, `profile-not-allowed`, `invalid-input`.
   */
  create(
    actor: Principal,
    file: FileTerms,
  ): Promise<{ readonly batch: BatchView; readonly replayed: boolean }>;
  /**
   * Keeps a part, in any order; again, it does nothing. With the last one the service reads the file. Faults: `unknown-batch`,
   * `part-differs` where the bytes are not those that were announced, `wrong-state`, `forbidden`.
   */
  putPart(actor: Principal, id: string, number: number, bytes: Uint8Array): Promise<BatchView>;
  /** Faults: `unknown-batch`. */
  get(actor: Principal, id: string): Promise<BatchView>;
  /** Newest first. Faults: `forbidden`, `cursor-invalid`. */
  list(
    actor: Principal,
    query: { readonly office?: string; readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly batches: readonly BatchView[]; readonly cursor?: string }>;
  /**
   * In the order of the file; where `differing` rows are listed, those that differ in most fields first. Faults: `unknown-batch`,
   * `cursor-invalid`.
   */
  rows(
    actor: Principal,
    id: string,
    query: {
      readonly list?: RowList;
      readonly state?: RowState;
      readonly limit: number;
      readonly cursor?: string;
    },
  ): Promise<{ readonly rows: readonly BatchRowView[]; readonly cursor?: string }>;
  /** The rows with problems, to be corrected and sent again: the template's columns and what is wrong. Fault: `unknown-batch`. */
  errors(
    actor: Principal,
    id: string,
    format: Format,
    language: 'ja' | 'en',
  ): Promise<AsyncIterable<Uint8Array>>;
  /** Judges every row and submits nothing. Faults: `unknown-batch`, `wrong-state`, `forbidden`. */
  check(actor: Principal, id: string): Promise<BatchView>;
  /**
   * Submits the rows in the name of the officer; those with problems are left out. Faults: `unknown-batch`, `wrong-state`,
   * `forbidden`, `confirmation-differs` where the digest is not that of the file.
   */
  submit(actor: Principal, id: string, digest: string): Promise<BatchView>;
  /**
   * Sends the file again, in the name of this officer: every row that has no request is tried again, and so are the rows of the newest
   * examination that were set aside. Faults as `submit`.
   */
  replay(actor: Principal, id: string): Promise<BatchView>;
  /**
   * Submits no more rows, and withdraws the requests that the centre has not approved. Faults: `unknown-batch`, `wrong-state`,
   * `forbidden`, `invalid-input`.
   */
  cancel(actor: Principal, id: string, reason: string): Promise<BatchView>;
  /**
   * Fixes the rows that wait for this examiner, and draws those that have to be opened. Again, it gives the same one while it is not
   * used. Faults: `unknown-batch`, `wrong-state`, `forbidden`, `same-person`.
   */
  drawSample(actor: Principal, id: string): Promise<BatchView>;
  /** Shows the request of a row, and records that the examiner opened it. Faults: `unknown-batch`, `unknown-row`, `forbidden`. */
  openRow(
    actor: Principal,
    id: string,
    number: number,
  ): Promise<{ readonly row: BatchRowView; readonly request: RequestView }>;
  /**
   * Examines the rows from which the examiner's sample was drawn, but for those that are left out. An approval needs every row of
   * the sample opened, whether it is left out or not. Faults: `unknown-batch`, `wrong-state`, `forbidden`, `sample-not-opened`, `invalid-input`.
   */
  examine(
    actor: Principal,
    id: string,
    examination: {
      readonly sample: number;
      readonly decision: 'approve' | 'reject';
      readonly reason?: string;
      readonly leaveOut?: readonly number[];
    },
  ): Promise<BatchView>;
  /**
   * Fixes the issued rows that no earlier collection has. Gives the newest one again where there are no more. Faults:
   * `unknown-batch`, `not-issued`.
   */
  collect(
    actor: Principal,
    id: string,
  ): Promise<{
    readonly number: number;
    readonly certificates: number;
    /** False where it was there already. */
    readonly first: boolean;
  }>;
  /** The certificates of a collection with their chains, and a list of the rows, each recorded before it leaves. */
  collection(
    actor: Principal,
    id: string,
    number: number,
    method: string,
    language: 'ja' | 'en',
  ): Promise<AsyncIterable<Uint8Array>>;
}

/** A piece of work that goes on by itself. The rows of the table say where it stands. */
export interface Work {
  readonly office: string;
  readonly batch: string;
  /** The kind of work, and the number of the act that asked for it: `submission-1`. Reading and checking take no act. */
  readonly step: string;
}

/** Work that needs a CA key is in a queue of its own, for a function of its own. */
export const isExamination = ({ step }: Work): boolean => step.startsWith('examination-');

/** The part of the work that no caller waits for. */
export interface BatchWork {
  /** Every open piece of work, offices in turn: one of each office first, beginning with the office after that one. */
  open(after?: string): AsyncIterable<Work>;
  /**
   * Goes on with it by a pack of rows, and by further ones until it is over or `until` has come (milliseconds since the epoch). Gives
   * whether there is more to do. Rejects where every row of a pack failed through no fault of its own: the pack is tried again.
   */
  goOn(work: Work, until: number): Promise<boolean>;
}
