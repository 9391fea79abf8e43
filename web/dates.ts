import type { Reader } from './reader.ts';

/* Times on pages are those of Japan (UTC+9), whose law knows no summer time. */

const ZONE = 'Asia/Tokyo';

const formats = {
  ja: new Intl.DateTimeFormat('ja-JP-u-ca-japanese', {
    timeZone: ZONE,
    era: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }),
  plain: new Intl.DateTimeFormat('sv-SE', {
    timeZone: ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }),
};

/**
 * `2026-04-01 09:00 JST`; in Japanese `令和8年4月1日 09:00`, because offices write the year of the era. The machine's form, in
 * UTC, stands in the `datetime` of the element.
 */
export const timeText = ({ language }: Pick<Reader, 'language'>, time: string | number): string => {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return language === 'ja' ? formats.ja.format(date) : `${formats.plain.format(date)} JST`;
};
