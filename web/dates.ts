import type { Reader, YearForm } from './reader.ts';

/* Times on pages are those of Japan (UTC+9), whose law knows no summer time. */

const ZONE = 'Asia/Tokyo';

const DAY_AND_TIME = {
  timeZone: ZONE,
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const;

const formats = {
  western: new Intl.DateTimeFormat('ja-JP', DAY_AND_TIME),
  era: new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { ...DAY_AND_TIME, era: 'long' }),
  plain: new Intl.DateTimeFormat('sv-SE', {
    timeZone: ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }),
};

/** Japan has today's calendar since 1873 (明治6年). Earlier days have no date in this form. */
const FIRST_OF_ERAS = Date.parse('1873-01-01T00:00:00+09:00');

const japanese = (date: Date, years: YearForm): string => {
  const western = formats.western.format(date);
  if (date.getTime() < FIRST_OF_ERAS) return western;
  const era = formats.era.format(date);
  if (years === 'era') return era;
  const year = /^[^年]+年/.exec(era)?.[0] ?? '';
  return western.replace('年', `年（${year}）`);
};

/**
 * `2026-04-01 09:00 JST`; in Japanese `2026年（令和8年）4月1日 09:00`, as public notices write it, or `令和8年4月1日 09:00` where
 * the reader has chosen so. The machine's form, in UTC, stands in the `datetime` of the element.
 */
export const timeText = (
  { language, years }: Pick<Reader, 'language' | 'years'>,
  time: string | number,
): string => {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return language === 'ja' ? japanese(date, years) : `${formats.plain.format(date)} JST`;
};
