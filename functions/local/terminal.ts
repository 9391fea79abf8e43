import type { Clock, Log } from '../../lib/ports.ts';

export const clock: Clock = () => Date.now();

/** Plain lines on stdout are for the person at the terminal; the log goes to stderr as JSON lines. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const log: Log = (level, message, facts = {}) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...facts })}\n`,
  );
};
