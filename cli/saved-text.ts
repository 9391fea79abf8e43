import { phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';
import { details } from './output.ts';
import type { Saved } from './save.ts';

export const savedText = (say: Say, { file, bytes, sha256 }: Saved): string =>
  details(say, [
    [phrase`file`, file],
    [phrase`bytes`, String(bytes)],
    ['SHA-256', sha256],
  ]);
