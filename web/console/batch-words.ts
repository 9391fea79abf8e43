import type { BatchState, RowList, RowState } from '../../lib/batches/batches.ts';
import type { Encoding, Format } from '../../lib/bulk/bulk.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { REQUEST_STATE_TEXTS } from '../texts.ts';

/* Words for files of requests. */

export const BATCH_STATE_TEXTS: Readonly<Record<BatchState, Phrase>> = {
  receiving: phrase`Parts of the file are missing`,
  reading: phrase`The file is being read`,
  refused: phrase`The file cannot be read`,
  received: phrase`Received, and not submitted`,
  submitting: phrase`Being submitted`,
  submitted: phrase`The rows are submitted`,
  cancelling: phrase`Being cancelled`,
  cancelled: phrase`Cancelled`,
};

export const ROW_STATE_TEXTS: Readonly<Record<RowState, Phrase>> = {
  unreadable: phrase`To be corrected in the file`,
  waiting: phrase`Not submitted`,
  refused: phrase`Refused`,
  'set-aside': phrase`Set aside, to be tried again`,
  ...REQUEST_STATE_TEXTS,
};

export const ROW_LIST_TEXTS: Readonly<Record<RowList, Phrase>> = {
  all: phrase`All rows`,
  problems: phrase`Rows with problems`,
  sample: phrase`Rows of the sample`,
  differing: phrase`Rows that differ from most`,
};

/** As spreadsheets and standards call them, in every language. */
export const FORMAT_NAMES: Readonly<Record<Format, string>> = { csv: 'CSV', ndjson: 'NDJSON' };
export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'windows-31j': 'Windows-31J (Shift_JIS)',
};
