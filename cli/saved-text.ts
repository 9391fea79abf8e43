import { details } from './output.ts';
import type { Saved } from './save.ts';

export const savedText = ({ file, bytes, sha256 }: Saved): string =>
  details([
    ['file', file],
    ['bytes', String(bytes)],
    ['SHA-256', sha256],
  ]);
