import { type Bilingual, type Phrase, phrase } from '../lib/fault.ts';
import { type Language, speaking } from '../lib/messages/messages.ts';
import type { Principal } from '../lib/principal.ts';

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
}

export const readerOf = async (language: Language, now: number, principal?: Principal): Promise<Reader> => {
  const say = await speaking(language);
  return {
    language,
    say,
    t: (texts, ...values) => say(phrase(texts, ...values)),
    now,
    ...(principal && { principal }),
  };
};
