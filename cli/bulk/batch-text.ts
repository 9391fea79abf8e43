import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { details, table } from '../output.ts';
import { NONE } from '../purpose-text.ts';
import { personalDataText } from '../request-text.ts';
import type { BatchAnswer, ProgressAnswer, RowAnswer, SampleAnswer } from './answers.ts';

const progressText = ({ rows, done, refused, setAside, isOver }: ProgressAnswer): Phrase => {
  const counts = phrase`done: ${done} of ${rows}; refused: ${refused}; set aside: ${setAside}`;
  return isOver ? counts : phrase`${counts}; it goes on`;
};

const actText = (act: ProgressAnswer & { readonly by: string; readonly at: string }): Phrase =>
  phrase`${act.at} by ${act.by}: ${progressText(act)}`;

const encodingText = ({ encoding, encodingBy }: BatchAnswer): string | Phrase | undefined =>
  encoding !== undefined && encodingBy === 'content'
    ? phrase`${encoding}, as its beginning looks; name another with --encoding`
    : encoding;

/** Numbers in a row as ranges: 3, 7-9. */
export const rangesOf = (numbers: readonly number[]): string => {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range && number === range.last + 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(' ');
};

/** The rows of the sample that are not opened yet. */
export const leftToOpen = ({ sample, opened }: SampleAnswer): readonly number[] =>
  sample.filter((row) => !opened.includes(row));

const problemText = ({ column, problem }: NonNullable<BatchAnswer['problems']>[number]): string =>
  column === undefined ? problem : `${column}: ${problem}`;

export const batchText = (say: Say, batch: BatchAnswer): string => {
  const { sample } = batch;
  return details(say, [
    [phrase`batch`, batch.id],
    [phrase`state`, batch.state],
    [phrase`office`, batch.office],
    [phrase`profile`, batch.profile],
    [phrase`file`, phrase`${batch.format}, ${batch.bytes} bytes`],
    ['SHA-256', batch.digest],
    [phrase`encoding`, encodingText(batch)],
    [phrase`sent`, phrase`${batch.createdAt} by ${batch.createdBy}`],
    [phrase`missing parts`, batch.missing && phrase`${batch.missing.length} of ${batch.parts} parts`],
    ...(batch.problems ?? []).map((one) => [phrase`problem`, problemText(one)] as const),
    [phrase`personal data`, batch.personalData && personalDataText(batch.personalData)],
    [phrase`rows`, batch.rows === undefined ? undefined : `${batch.rows}`],
    [phrase`unreadable rows`, batch.unreadable ? `${batch.unreadable}` : undefined],
    [phrase`check`, batch.check && progressText(batch.check)],
    [phrase`submission`, batch.submission && actText(batch.submission)],
    ...(batch.examinations ?? []).map(
      (one) =>
        [phrase`examination ${one.number}`, phrase`${one.stage}, ${one.decision}, ${actText(one)}`] as const,
    ),
    [phrase`cancellation`, batch.cancellation && actText(batch.cancellation)],
    [
      phrase`sample ${sample?.number ?? 0}`,
      sample && phrase`${sample.at} by ${sample.by}, ${sample.rows} rows wait`,
    ],
    [phrase`rows to open`, sample && (rangesOf(leftToOpen(sample)) || phrase`none`)],
    ...(batch.collections ?? []).map(
      ({ number, certificates }) =>
        [phrase`collection ${number}`, phrase`certificates: ${certificates}`] as const,
    ),
  ]);
};

/** One line for each batch. */
export const batchTable = (batches: readonly BatchAnswer[]): string =>
  table(
    batches.map(({ id, state, createdAt, office, profile, rows, createdBy }) => [
      id,
      state,
      createdAt,
      office,
      profile,
      rows === undefined ? NONE : `${rows}`,
      createdBy,
    ]),
  );

/** One line for each row. */
export const rowTable = (say: Say, rows: readonly RowAnswer[]): string =>
  table(
    rows.map(({ number, line, key, state, request, certificate, differs, opened, problems = [] }) => [
      `${number}`,
      say(phrase`line ${line}`),
      key ?? NONE,
      state,
      certificate ? `${certificate.ca}/${certificate.serial}` : (request ?? NONE),
      [
        ...problems.map(problemText),
        ...(differs ? [say(phrase`differs in ${differs.join(', ')}`)] : []),
        ...(opened ? [say(phrase`opened`)] : []),
      ].join(' | ') || NONE,
    ]),
  );
