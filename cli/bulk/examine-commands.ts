import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import { EXIT, type ExitCode, usage } from '../failure.ts';
import { guideText } from '../guide.ts';
import type { Perform, Run } from '../perform.ts';
import { requestText } from '../request-text.ts';
import { type BatchAnswer, batchAnswer, batchPath, openedRow } from './answers.ts';
import { batchText, leftToOpen, rangesOf, rowTable } from './batch-text.ts';
import { follow } from './follow.ts';
import { EXAMINE, OPEN } from './guides.ts';
import { showStepOutcome } from './outcomes.ts';
import { rowNumbers } from './row-numbers.ts';

/** The commands of an examiner. */

const examineInput = z.object({
  batch: z.string(),
  approve: z.boolean().default(false),
  reject: z.boolean().default(false),
  reason: z.string().exactOptional(),
  leaveOut: z.string().exactOptional(),
});

/** Prints what waits, and which rows to open before the others may be approved together. */
const drawSample = async ({ client, say, show }: Run, id: string): Promise<ExitCode> => {
  const { answer: batch } = await client.post(batchPath(id, '/samples'), batchAnswer);
  const left = batch.sample ? leftToOpen(batch.sample) : [];
  const next = [
    ...(left.length > 0 ? [`akashi bulk open ${id} ${rangesOf(left)}`] : []),
    `akashi bulk examine ${id} --approve`,
  ];
  show(
    batch,
    `${batchText(say, batch)}${say(phrase`next:`)}\n${next.map((line) => `  ${asRun(line)}\n`).join('')}`,
  );
  return EXIT.ok;
};

const whoAnswer = z.looseObject({ id: z.string() });

/** The caller's newest examination with that decision: the command was interrupted after the service had taken it. */
const takenBefore = async (
  { client }: Run,
  { examinations = [] }: BatchAnswer,
  decision: string,
): Promise<number | undefined> => {
  if (examinations.length === 0) return undefined;
  const { id } = await client.get('/api/v1/whoami', whoAnswer);
  return examinations.findLast((one) => one.by === id && one.decision === decision)?.number;
};

const examine = async (
  run: Run,
  { batch: id, approve, reason, leaveOut }: z.output<typeof examineInput>,
): Promise<ExitCode> => {
  const { client } = run;
  const left = leaveOut === undefined ? undefined : rowNumbers(leaveOut);
  const decision = approve ? 'approve' : 'reject';
  const before = await client.get(batchPath(id), batchAnswer);
  const { sample } = before;
  if (sample === undefined) {
    const number = await takenBefore(run, before, decision);
    if (number !== undefined) return followExamination(run, before, number);
    throw usage(
      'No sample of the batch waits for an examination.',
      phrase`Draw one: akashi bulk examine ${id}.`,
    );
  }
  const { answer } = await client.post(batchPath(id, '/examinations'), batchAnswer, {
    sample: sample.number,
    decision,
    ...(reason !== undefined && { reason }),
    ...(left && { leaveOut: left }),
  });
  return followExamination(run, answer, answer.examinations?.at(-1)?.number);
};

const followExamination = async (
  run: Run,
  first: BatchAnswer,
  number: number | undefined,
): Promise<ExitCode> => {
  const ours = ({ examinations }: BatchAnswer) => examinations?.find((one) => one.number === number);
  const batch = await follow(run, first, (now) => ours(now)?.isOver === true);
  const decided = ours(batch);
  const collect = [
    phrase`to collect the certificates:`,
    `akashi bulk collect ${batch.id} --save certificates.zip`,
  ] as const;
  const isIssued = decided?.stage === 'centre' && decided.decision === 'approve' && decided.done > 0;
  return showStepOutcome(run, batch, decided, isIssued ? [collect] : []);
};

const addExamine = (bulk: Command, perform: Perform): void => {
  bulk
    .command('examine')
    .summary('approve or reject the requests of a batch together')
    .description(
      'Approve or reject the requests of a batch that wait for you, after a look at a sample of them. Without --approve and --reject, the service draws the sample. A second officer examines at the office, then an operator at the centre.',
    )
    .argument('<batch>', "the batch's id")
    .option('--approve', 'approve them')
    .option('--reject', 'reject them; needs a reason')
    .option('--reason <text>', 'why, for people')
    .option('--leave-out <rows>', 'but not these rows: 3,7-9')
    .addHelpText('after', guideText(EXAMINE))
    .action(
      perform(examineInput, async (run, given) => {
        const { batch, approve, reject, reason, leaveOut } = given;
        if (approve && reject) throw usage('Say one of --approve and --reject.');
        if (reject && reason === undefined) throw usage('A rejection needs a reason: --reason TEXT.');
        if (approve || reject) return examine(run, given);
        if (reason !== undefined || leaveOut !== undefined)
          throw usage('--reason and --leave-out are for --approve and --reject.');
        return drawSample(run, batch);
      }),
    );
};

const addOpen = (bulk: Command, perform: Perform): void => {
  bulk
    .command('open')
    .summary('show the requests of rows, as their examiner')
    .description(
      'Show the requests of rows of a batch. The service records that you opened them, and needs that of the sample before an approval.',
    )
    .argument('<batch>', "the batch's id")
    .argument('<rows...>', 'the numbers of the rows: 3 7-9')
    .addHelpText('after', guideText(OPEN))
    .action(
      perform(
        z.object({ batch: z.string(), rows: z.array(z.string()) }),
        async (run, { batch: id, rows: named }) => {
          const opened: z.output<typeof openedRow>[] = [];
          const texts: string[] = [];
          for (const number of rowNumbers(named.join())) {
            const { answer } = await run.client.post(batchPath(id, `/rows/${number}/opening`), openedRow);
            opened.push(answer);
            texts.push(rowTable(run.say, [answer.row]) + (await requestText(run, answer.request)));
          }
          run.show({ rows: opened }, texts.join('\n'));
        },
      ),
    );
};

export const addExamineCommands = (bulk: Command, perform: Perform): void => {
  addExamine(bulk, perform);
  addOpen(bulk, perform);
};
