import { z } from 'zod';

/** In groups of four, so that two people can read it to each other. */
export const fingerprintText = (hex: string): string => (hex.match(/.{1,4}/g) ?? []).join(' ');

/** As it was read aloud and typed: in groups or not, each an argument or not. */
export const fingerprintOption = z
  .array(z.string())
  .transform((groups) => groups.join('').replaceAll(/[\s:]/g, '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'A fingerprint has 64 hex digits, in sixteen groups of four.'));
