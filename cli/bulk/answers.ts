import { z } from 'zod';
import { personalDataAnswer, requestAnswer } from '../answers.ts';

/* The members of answers about batches that the command line uses; others are kept, for --json. */

const text = z.string();

const problems = z.array(z.looseObject({ column: text.exactOptional(), problem: text })).exactOptional();

const progress = z.looseObject({
  rows: z.int(),
  done: z.int(),
  refused: z.int(),
  setAside: z.int(),
  isOver: z.boolean(),
});
export type ProgressAnswer = z.output<typeof progress>;

const act = progress.extend({ by: text, at: text });

const sample = z.looseObject({
  number: z.int(),
  stage: text,
  by: text,
  at: text,
  rows: z.int(),
  sample: z.array(z.int()),
  opened: z.array(z.int()),
});
export type SampleAnswer = z.output<typeof sample>;

export const batchAnswer = z.looseObject({
  id: text,
  office: text,
  profile: text,
  state: text,
  format: text,
  encoding: text.exactOptional(),
  encodingBy: text.exactOptional(),
  bytes: z.int(),
  digest: text,
  parts: z.int(),
  missing: z.array(z.int()).exactOptional(),
  createdBy: text,
  createdAt: text,
  rows: z.int().exactOptional(),
  unreadable: z.int().exactOptional(),
  problems,
  check: progress.exactOptional(),
  submission: act.exactOptional(),
  cancellation: act.exactOptional(),
  examinations: z.array(act.extend({ number: z.int(), stage: text, decision: text })).exactOptional(),
  sample: sample.exactOptional(),
  collections: z.array(z.looseObject({ number: z.int(), certificates: z.int() })).exactOptional(),
  personalData: personalDataAnswer.exactOptional(),
});
export type BatchAnswer = z.output<typeof batchAnswer>;

export const batchPage = z.looseObject({
  batches: z.array(batchAnswer),
  cursor: text.exactOptional(),
  predecessors: z.array(text).exactOptional(),
});

const row = z.looseObject({
  number: z.int(),
  line: z.int(),
  key: text.exactOptional(),
  state: text,
  problems,
  request: text.exactOptional(),
  certificate: z.looseObject({ ca: text, serial: text }).exactOptional(),
  differs: z.array(text).exactOptional(),
  inSample: z.literal(true).exactOptional(),
  opened: z.literal(true).exactOptional(),
});
export type RowAnswer = z.output<typeof row>;

export const rowPage = z.looseObject({ rows: z.array(row), cursor: text.exactOptional() });

export const openedRow = z.looseObject({ row, request: requestAnswer });

export const collectionAnswer = z.looseObject({ number: z.int(), certificates: z.int(), first: z.boolean() });

export const BATCHES = '/api/v1/batches';

/** The path of a batch, and of what is below it. */
export const batchPath = (id: string, below = ''): string => `${BATCHES}/${encodeURIComponent(id)}${below}`;

/** Whether the service goes on with the batch by itself. */
export const isUnderWay = (batch: BatchAnswer): boolean => {
  const { state, check, submission, cancellation, examinations = [] } = batch;
  return (
    ['reading', 'submitting', 'cancelling'].includes(state) ||
    [check, submission, cancellation, ...examinations].some((step) => step?.isOver === false)
  );
};
