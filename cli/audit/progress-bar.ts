import type { Progress } from '../../lib/audit/audit.ts';
import type { Terminal } from '../terminal.ts';

const WIDTH = 30;
const EVERY_MS = 100;

/** A line on standard error that is drawn over itself, ten times a second, where somebody looks at it. */
export const progressBar = (terminal: Terminal): { readonly progress: Progress; end(): void } => {
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
      terminal.err(`\r${part.padEnd(8)} [${bar}] ${percent} %  ${done} of ${total}  `);
    },
    end: () => {
      if (last !== '') terminal.err('\n');
    },
  };
};
