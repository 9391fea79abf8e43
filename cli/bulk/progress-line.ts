import type { Phrase } from '../../lib/fault.ts';
import { columns } from '../output.ts';
import type { Run } from '../perform.ts';

export interface ProgressLine {
  show(text: Phrase): void;
  /** Ends the line, so that the next output begins on one of its own. */
  end(): void;
}

/** A line on standard error that is drawn over itself, where somebody looks at it. */
export const progressLine = ({ terminal, say }: Pick<Run, 'terminal' | 'say'>): ProgressLine => {
  let last = '';
  return {
    show: (phrase) => {
      if (!terminal.isWatched) return;
      const text = say(phrase);
      if (text === last) return;
      const rest = ' '.repeat(Math.max(0, columns(last) - columns(text)));
      terminal.err(`\r${text}${rest}`);
      last = text;
    },
    end: () => {
      if (last !== '') terminal.err('\n');
      last = '';
    },
  };
};
