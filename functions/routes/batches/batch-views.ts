import * as z from 'zod';
import {
  BATCH_STATES,
  type BatchRowView,
  type BatchView,
  type BulkExamination,
  type Progress,
  ROW_STATES,
  type Sample,
} from '../../../lib/batches/batches.ts';
import { ENCODINGS, FORMATS, type RowProblem } from '../../../lib/bulk/bulk.ts';
import { EXAMINATION_STAGES, REQUEST_STATES } from '../../../lib/registration/registration.ts';
import {
  certificateRef,
  digest,
  officeId,
  personalDataState,
  principalId,
  profileId,
  recordId,
  requestId,
  tenantId,
  utc,
} from '../../http/schemas.ts';

/* What the operations on batches take and show. Problems are said in the language that the caller accepts (batch-answers.ts). */

export const BATCHES = '/api/v1/batches';
export const BATCH = `${BATCHES}/{batch}`;

export const batchId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Must be the id of a batch.')
  .meta({ description: "A batch's id." });

/** A number in a path: of a part, of a row, of a collection. */
export const pathNumber = (description: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'Must be a whole number from 1.')
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, description });

export const rowNumber = z.int().min(1).meta({
  description: 'The number of a row, from 1. The header of a CSV file and blank lines have none.',
});

export const batchParams = z.strictObject({ batch: batchId });

export const fileForm = {
  format: z.enum(FORMATS),
  encoding: z.enum(ENCODINGS),
};

export interface SpokenProblem {
  readonly column?: string;
  readonly problem: string;
}

interface WithProblems {
  readonly problems?: readonly RowProblem[];
}

/** A view whose problems are said in one language. */
export type Spoken<V extends WithProblems> = Omit<V, 'problems'> & {
  readonly problems?: readonly SpokenProblem[];
};

const problems = z
  .array(
    z.object({
      column: z.string().exactOptional().meta({
        description: 'The label of the column. Absent where it is the problem of the row, or of the file.',
      }),
      problem: z.string().meta({ description: 'A sentence. It never shows the value.' }),
    }),
  )
  .readonly();

const progress = z
  .object({
    rows: z.int().meta({ description: 'The rows that it is about.' }),
    done: z.int(),
    refused: z.int(),
    setAside: z.int().meta({
      description:
        'Rows that failed again and again through no fault of their own. A replay tries them again.',
    }),
    isOver: z.boolean(),
  })
  .meta({ id: 'BatchProgress' }) satisfies z.ZodType<Progress>;

const actOf = { by: principalId, at: utc };

const sample = z
  .object({
    number: z.int().meta({ description: 'The number of the act by which the service drew it.' }),
    stage: z.enum(EXAMINATION_STAGES),
    ...actOf,
    rows: z.int().meta({ description: 'The rows whose requests wait for this examiner.' }),
    sample: z
      .array(z.int())
      .readonly()
      .meta({ description: 'The numbers of the rows that have to be opened.' }),
    opened: z.array(z.int()).readonly().meta({ description: 'Those of them that were opened.' }),
  })
  .meta({ id: 'BatchSample' }) satisfies z.ZodType<Sample>;

const examination = progress
  .extend({
    number: z.int(),
    stage: z.enum(EXAMINATION_STAGES),
    ...actOf,
    decision: z.enum(['approve', 'reject']),
    record: recordId.meta({ description: 'The id of the record of the act.' }),
  })
  .meta({ id: 'BatchExamination' }) satisfies z.ZodType<BulkExamination>;

export const batchView = z
  .object({
    id: batchId,
    tenant: tenantId.meta({ description: 'The tenant of its office.' }),
    office: officeId,
    profile: profileId,
    state: z.enum(BATCH_STATES).meta({
      description:
        '`receiving`: parts are missing. `reading`: the file is divided into rows. `refused`: the file as a whole cannot be read, as `problems` say. `received`: nothing was done with the rows yet, but for a check. `submitting` and `cancelling` go on by themselves, and so do examinations, in the state `submitted`.',
    }),
    ...fileForm,
    encoding: fileForm.encoding
      .exactOptional()
      .meta({ description: 'From the moment when the file was read.' }),
    encodingBy: z.enum(['caller', 'byte-order-mark', 'content']).exactOptional().meta({
      description:
        'Where the encoding is known from. `content` is a judgement from the beginning of the file, which people should be shown.',
    }),
    bytes: z.int(),
    digest: digest.meta({ description: 'SHA-256 of the file.' }),
    parts: z.int(),
    missing: z.array(z.int()).readonly().exactOptional().meta({
      description: 'The numbers of the parts that are missing, from 1; absent where none is.',
    }),
    createdBy: principalId,
    createdAt: utc,
    rows: z.int().exactOptional().meta({ description: 'The rows of the file.' }),
    unreadable: z
      .int()
      .exactOptional()
      .meta({ description: 'How many of them cannot be submitted as they are.' }),
    problems: problems.exactOptional().meta({ description: 'Those of a refused file.' }),
    check: progress.exactOptional().meta({ description: 'A check judges the rows and submits nothing.' }),
    submission: progress.extend(actOf).exactOptional(),
    cancellation: progress.extend(actOf).exactOptional(),
    examinations: z.array(examination).readonly().exactOptional().meta({ description: 'Oldest first.' }),
    sample: sample
      .exactOptional()
      .meta({ description: 'The newest sample, where no examination has used it.' }),
    collections: z
      .array(z.object({ number: z.int(), certificates: z.int() }))
      .readonly()
      .exactOptional()
      .meta({ description: 'Its collections, and how many certificates they have.' }),
    personalData: personalDataState
      .exactOptional()
      .meta({ description: 'Why the contents of the file are not shown.' }),
  })
  .meta({ id: 'Batch' }) satisfies z.ZodType<Spoken<BatchView>>;

export const rowState = z.enum([...ROW_STATES, ...REQUEST_STATES]).meta({
  description:
    '`unreadable`: the file has to be corrected. `waiting`: not submitted. `refused`: the newest step refused it. `set-aside`: it failed again and again. The others are those of its request.',
});

export const rowView = z
  .object({
    number: rowNumber,
    line: z.int().meta({ description: 'The line of the file on which it begins, from 1.' }),
    key: z.string().exactOptional().meta({ description: "The row's own key, where it can be read." }),
    state: rowState,
    problems: problems.exactOptional(),
    request: requestId.exactOptional(),
    certificate: certificateRef.exactOptional(),
    differs: z.array(z.string()).readonly().exactOptional().meta({
      description: 'The names of the fields whose values are not those that most rows have.',
    }),
    inSample: z.literal(true).exactOptional(),
    opened: z.literal(true).exactOptional(),
  })
  .meta({ id: 'BatchRow' }) satisfies z.ZodType<Spoken<BatchRowView>>;
