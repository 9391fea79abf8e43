import type { Progress } from '../../lib/audit/audit.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { columns } from '../output.ts';
import type { Run } from '../perform.ts';

const PARTS: Readonly<Record<Parameters<Progress>[0], Phrase>> = {
  leaves: phrase`leaves`,
  records: phrase`records`,
  serials: phrase`serials`,
  crls: phrase`CRLs`,
  keys: phrase`keys`,
  enrolments: phrase`enrolments`,
  queries: phrase`queries`,
};
const PART_WIDTH = 12;

const WIDTH = 30;
const EVERY_MS = 100;

/** A line on standard error that is drawn over itself, ten times a second, where somebody looks at it. */
export const progressBar = ({
  terminal,
  say,
}: Pick<Run, 'terminal' | 'say'>): { readonly progress: Progress; end(): void } => {
  if (!terminal.isWatched) return { progress: () => {}, end: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let last = '';
  return {
    progress: (part, done, total) => {
      const now = terminal.now();
      const line = `${part} ${done}`;
      if (line === last || (now - drawnAt < EVERY_MS && done < total)) return;
      drawnAt = now;
      last = line;
      const share = total === 0 ? 1 : done / total;
      const full = Math.floor(share * WIDTH);
      const bar = '#'.repeat(full) + '-'.repeat(WIDTH - full);
      const percent = Math.floor(share * 100)
        .toString()
        .padStart(3);
      const name = say(PARTS[part]);
      const space = ' '.repeat(Math.max(0, PART_WIDTH - columns(name)));
      terminal.err(`\r${name}${space} [${bar}] ${percent} %  ${done}/${total}  `);
    },
    end: () => {
      if (last !== '') terminal.err('\n');
    },
  };
};
