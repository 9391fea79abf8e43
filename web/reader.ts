import { type Bilingual, type Phrase, phrase } from '../lib/fault.ts';
import { type Language, speaking } from '../lib/messages/messages.ts';
import type { Principal } from '../lib/principal.ts';

/** How a Japanese text has years: `2026年（令和8年）`, or `令和8年` alone. */
export const YEAR_FORMS = ['western', 'era'] as const;
export type YearForm = (typeof YEAR_FORMS)[number];

/** Who reads a page, and in which language. */
export interface Reader {
  readonly language: Language;
  /** The tag of texts: English in the source, said in the reader's language. A value that is a phrase is said as well. */
  readonly t: (
    texts: TemplateStringsArray,
    ...values: readonly (string | number | Phrase | Bilingual)[]
  ) => string;
  readonly say: (text: Phrase) => string;
  /** Who has signed in. */
  readonly principal?: Principal;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The origin of the pages for roles; empty where it is this one. */
  readonly consoleUrl: string;
  readonly years: YearForm;
}

export const readerOf = async (
  language: Language,
  now: number,
  {
    principal,
    consoleUrl = '',
    years = 'western',
  }: Partial<Pick<Reader, 'principal' | 'consoleUrl' | 'years'>> = {},
): Promise<Reader> => {
  const say = await speaking(language);
  return {
    language,
    say,
    t: (texts, ...values) => say(phrase(texts, ...values)),
    now,
    consoleUrl,
    years,
    ...(principal && { principal }),
  };
};
