import { setTimeout as pause } from 'node:timers/promises';
import { isUntrusted } from '../exchange.ts';
import { EXIT, Failure } from '../failure.ts';

/** The waits before each further try. The tries take half a minute together. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Nobody has refused: the answer was lost on its way, or the service has too much to do. */
const isPassing = (error: unknown): boolean => {
  if (!(error instanceof Failure)) return false;
  const { exitCode, problem } = error;
  if (exitCode === EXIT.unreachable) return !isUntrusted(error);
  return problem.status !== undefined && [408, 429, 502, 503, 504].includes(problem.status);
};

/** Asks again where no answer came. Only for what may be asked twice. */
export const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (const wait of WAITS_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(wait);
    }
  }
  return ask();
};
