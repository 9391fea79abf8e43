import type { Language } from '../../lib/messages/messages.ts';

/** One range of the header (RFC 9110 12.5.4) with its weight (12.4.2). */
const RANGE =
  /^(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:[ \t]*;[ \t]*[Qq]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/;

/** Longer headers, and lists of more ranges than any browser sends, are not read. */
const MAX_CHARACTERS = 1000;

interface Wish {
  readonly quality: number;
  /** The place in the header: of two languages with the same weight, the first is meant. */
  readonly place: number;
}

const NONE: Wish = { quality: 0, place: Number.POSITIVE_INFINITY };

/**
 * The language that an Accept-Language header asks for. English where Japanese is not asked for, or where the header is
 * malformed: a caller that makes a mistake there shall still learn what else is wrong.
 */
export const languageOf = (header: string | undefined): Language => {
  if (header === undefined || header.length > MAX_CHARACTERS) return 'en';
  // RFC 9110 5.6.1: a list may have empty elements.
  const elements = header.split(',').filter((element) => element.trim() !== '');
  const wishes = elements.flatMap((element, place) => {
    const [, range = '', quality = '1'] = RANGE.exec(element.trim()) ?? [];
    // RFC 4647 3.4: ja-JP is served by ja.
    const [language] = range.toLowerCase().split('-', 1);
    return range === '' ? [] : [{ language, quality: Number(quality), place }];
  });
  if (wishes.length < elements.length) return 'en';
  const wishFor = (language: string): Wish =>
    ['*', language]
      .map((name) => wishes.filter((wish) => wish.language === name))
      .findLast((named) => named.length > 0)
      ?.reduce((best, wish) => (wish.quality > best.quality ? wish : best)) ?? NONE;
  const [english, japanese] = [wishFor('en'), wishFor('ja')];
  const wantsJapanese =
    japanese.quality === english.quality
      ? japanese.quality > 0 && japanese.place < english.place
      : japanese.quality > english.quality;
  return wantsJapanese ? 'ja' : 'en';
};
