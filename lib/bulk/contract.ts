import type { Bilingual, Phrase } from '../fault.ts';
import type { Submission } from '../registration/registration.ts';
import type { ProfileView } from '../trust-domain/trust-domain.ts';

/** `windows-31j` is Microsoft's code page 932, which the Encoding Standard calls Shift_JIS. */
export const ENCODINGS = ['utf-8', 'windows-31j'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const FORMATS = ['csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** Rows of one file. The header of a CSV file is none of them. */
export const MAX_ROWS = 10_000;
/** The end of the row's last line included. */
export const MAX_ROW_BYTES = 64 * 1024;
export const MAX_CELL_BYTES = 16 * 1024;
/** Characters (code points) of a row's own key. */
export const MAX_KEY = 64;

export interface FileForm {
  readonly format: Format;
  /** Where it is absent, it is found out from the beginning of the file. */
  readonly encoding?: Encoding;
  /** Rows beyond it are refused; `MAX_ROWS` where it is absent. */
  readonly maxRows?: number;
}

/** A file whose beginning has been read. */
export interface OpenFile {
  readonly format: Format;
  readonly encoding: Encoding;
  /** Where the encoding is known from. `content` is a judgement from the beginning of the file, which people should be shown. */
  readonly encodingBy: 'caller' | 'byte-order-mark' | 'content';
  /** To be gone through once. It reads the file as it goes. */
  readonly rows: AsyncIterable<Row>;
}

/** Only NDJSON has lists, and values other than texts; those are given as they are written. */
export type Value = string | readonly string[];

export interface Row {
  /**
   * From 1 for the first row of data. The header of a CSV file is 0, and so is a problem of the whole file, after which nothing
   * follows. Blank lines have no number.
   */
  readonly number: number;
  /** The line of the file on which it begins, from 1. Blank lines count. */
  readonly line: number;
  /** Of the members of an NDJSON row, in the order of `cells`. */
  readonly names?: readonly string[];
  /** Undefined where a problem names the cell. Empty where the row cannot be divided into cells. */
  readonly cells: readonly (Value | undefined)[];
  /** Empty for a row without fault. */
  readonly problems: readonly CellProblem[];
}

/** A row as it is found in its format. */
export type UnnumberedRow = Omit<Row, 'number'>;

export interface CellProblem {
  /** The number of the cell in its row, from 1. Absent where it is the row's problem. */
  readonly column?: number;
  /** A sentence. It never shows the value, except a character that cannot be shown. */
  readonly phrase: Phrase;
}

/** As much of a profile as its columns come from. The client has it from `/api/v1/profiles`. */
export interface BulkProfile {
  readonly id: string;
  readonly kind: ProfileView['kind'];
  readonly fields: readonly (Pick<
    ProfileView['fields'][number],
    'name' | 'label' | 'required' | 'maxItems'
  > & {
    /** A `date` is read as spreadsheets write it, too. */
    readonly kind?: string;
  })[];
}

export interface RowProblem {
  /** The label of the column. Absent where it is the problem of the row, or of the file. */
  readonly column?: Bilingual;
  /** A sentence. */
  readonly phrase: Phrase;
}

/** A row as a request. A row of number 0 is a problem of the file: no request follows. */
export type RequestRow = Pick<Row, 'number' | 'line'> &
  (
    | {
        readonly key: string;
        /** The JSON body of the operation that submits a request. The operation judges its values. */
        readonly submission: Submission;
      }
    | {
        /** Where it can be read. */
        readonly key?: string;
        readonly problems: readonly RowProblem[];
        /** What could be read, by the names of the columns. */
        readonly values: Readonly<Record<string, Value>>;
      }
  );
