import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BatchAnswer } from '../../cli/bulk/answers.ts';
import { akashi as inProcess } from './in-process.ts';
import { type Moment, PHASES, type Phase } from './kill-moments.ts';
import type { KillableService } from './killable-service.ts';

/* Commands as processes that are killed, and whose service is, and that are run again as they were. */

const AKASHI = resolve(import.meta.dirname, '../../cli/akashi.ts');

export interface Command {
  /** Those in which the command may be killed, and the service. None: it is the time of what was to come before. */
  readonly phases: readonly Phase[];
  readonly who: string;
  readonly args: readonly string[];
  readonly batch?: string;
}

export interface Killed {
  readonly service: KillableService;
  /** The current one of the commands. */
  readonly folder: string;
  /** The next one first. Those that have come are taken out. */
  readonly moments: Moment[];
  /** Bytes of the archive of all certificates, about. */
  readonly archiveBytes: number;
  readonly say: (text: string) => void;
}

/** The command line with the address of the service, and as whom it is asked. */
export const addressed = (
  service: KillableService,
  args: readonly string[],
  who: string,
): readonly string[] => [
  ...args,
  ...['--as', who, '--url', service.url, '--tls-url', service.tlsUrl, '--data', service.data],
];

/** What the service logged that it should not. */
export const complaintsOf = (service: KillableService): readonly string[] =>
  service.log().match(/^.*"level":"(?:error|warn)".*$/gm) ?? [];

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

const start = (folder: string, argv: readonly string[]): Run => {
  const child = spawn(process.execPath, ['--no-warnings', AKASHI, ...argv], { cwd: folder });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Awaited<Run['ended']>>((done) => {
    child.once('close', (code) => done({ code, out, err }));
  });
  return { child, ended };
};

/** Bytes of the file that a command is writing. */
const bytesWritten = (folder: string): number => {
  const sizes = readdirSync(folder)
    .filter((name) => name.endsWith('.part'))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(0, ...sizes);
};

/** Those in which the share is looked at often. */
const QUICK: readonly Phase[] = ['parts', 'reading', 'collection'];

/** The share of the phase that is done; undefined before it begins. */
const shareOf = (phase: Phase, batch: BatchAnswer): number | undefined => {
  const { state, missing = [], parts, submission, sample, examinations = [] } = batch;
  const [what, number] = phase.split('-');
  if (what === 'parts') return state === 'receiving' ? 1 - missing.length / parts : 1;
  // Nobody sees how far the reading is.
  if (what === 'reading') return state === 'receiving' ? undefined : 1;
  if (what === 'opening') return sample && sample.opened.length / sample.sample.length;
  const step = what === 'submission' ? submission : examinations[Number(number) - 1];
  return step && (step.done + step.refused) / step.rows;
};

const isLater = ({ phase }: Moment, phases: readonly Phase[]): boolean =>
  phases.length > 0 && PHASES.indexOf(phase) > PHASES.indexOf(phases.at(-1) as Phase);

/** More runs mean that nothing is done any more. */
const MOST_RUNS = 50;

/** Runs a command until it has come to its end, again where it was killed or found no service. Resolves with what it printed. */
export const openUnderKills = ({ service, folder, moments, archiveBytes, say }: Killed) => {
  const killed: Moment['victim'][] = [];
  let misses = 0;

  /** The batch as it stands; undefined where there is none yet, or the service is away. */
  const standing = async ({ batch: id, who }: Command): Promise<BatchAnswer | undefined> => {
    const args = id === undefined ? ['bulk', 'list', '--limit', '1'] : ['bulk', 'show', id];
    const { code, out } = await inProcess(addressed(service, [...args, '--json'], who));
    if (code !== 0) return undefined;
    const answer = JSON.parse(out);
    return id === undefined ? answer.batches[0] : answer;
  };

  const hasCome = async (command: Command, { phase, share }: Moment): Promise<boolean> => {
    const { phases } = command;
    if (!phases.includes(phase) || (share === 0 && phase === phases[0])) return true;
    if (phase === 'collection') return bytesWritten(folder) >= share * archiveBytes;
    const found = await standing(command);
    return found !== undefined && (shareOf(phase, found) ?? -1) >= share;
  };

  const perform = async (command: Command) => {
    const { phases, who, args } = command;
    const argv = addressed(service, [...args, '--json'], who);
    const name = args.slice(0, 2).join(' ');
    let run = start(folder, argv);
    let isOver = false;

    const killInTime = async (): Promise<void> => {
      while (!isOver) {
        const [moment] = moments;
        if (moment === undefined || isLater(moment, phases)) return;
        if (!(await hasCome(command, moment))) {
          await pause(QUICK.includes(moment.phase) ? 10 : 100);
          continue;
        }
        // Each time that the command was over first, the moment comes earlier.
        await pause(moment.pauseMs / 2 ** misses);
        const { victim, phase, share, downMs } = moment;
        if (victim === 'client' && !run.child.kill('SIGKILL')) {
          misses++;
          continue;
        }
        misses = 0;
        moments.shift();
        killed.push(victim);
        say(`${victim} killed in ${name}, for ${phase} at ${share.toFixed(2)}`);
        if (victim === 'service') {
          await service.kill(downMs);
          say(`the service is up again after ${Math.round(service.startsMs.at(-1) ?? 0)} ms`);
        }
      }
    };

    const killing = killInTime();
    try {
      for (let runs = 1; runs <= MOST_RUNS; runs++) {
        const { code, out, err } = await run.ended;
        if (out !== '' && (code === 0 || code === 1)) return JSON.parse(out);
        // 3: nobody answered. An answer that breaks off cannot be relied on.
        const isPassing = code === null || code === 3 || err.includes('"unexpected-answer"');
        if (!isPassing)
          throw new Error(
            `${args.join(' ')} ended with ${code}: ${err}\n${complaintsOf(service).join('\n')}`,
          );
        if (code !== null) say(`${name} ended with ${code}: ${JSON.parse(err).detail}`);
        await service.up();
        run = start(folder, argv);
      }
      throw new Error(`${args.join(' ')} does not come to its end`);
    } finally {
      isOver = true;
      await killing;
    }
  };

  return { perform, killed };
};
