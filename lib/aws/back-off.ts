import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../ports.ts';

/** Full jitter: waits a random share of `firstMs` after the attempt 0, and of twice as much after each further one. */
export const backOff = (random: Random, firstMs: number, attempt: number): Promise<void> =>
  pause((firstMs * 2 ** attempt * ((random(1)[0] ?? 0) + 1)) / 256);
