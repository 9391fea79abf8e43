import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../ports.ts';

/**
 * Full jitter: waits a random share of `firstMs` after attempt 0. The longest wait doubles with each further attempt.
 */
export const backOff = (random: Random, firstMs: number, attempt: number): Promise<void> =>
  pause((firstMs * 2 ** attempt * ((random(1)[0] ?? 0) + 1)) / 256);
