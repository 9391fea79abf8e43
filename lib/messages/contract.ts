import type { Phrase } from '../fault.ts';

/** The languages in which faults and failures are said. */
export const LANGUAGES = ['en', 'ja'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Says a phrase in one language. */
export type Say = (phrase: Phrase) => string;
