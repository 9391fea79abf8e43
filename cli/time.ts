import { z } from 'zod';

/** For people: a time to the second in Japan, by which the law counts days. */
export const japanTime = (text: string): string =>
  `${new Date(Date.parse(text) + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} JST`;

/**
 * An option that takes a time: RFC 3339 with `Z` or an offset, with or without its seconds, or a date, which is its first moment in Japan, as the months
 * and fiscal years of the service are those of Japan Standard Time. In UTC, as the service takes it.
 */
export const timeOption = z
  .union([z.iso.date(), z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], {
    error: 'Must be a date such as 2026-04-01, or a time such as 2026-04-01T09:00:00+09:00.',
  })
  .transform((text) => {
    if (/:\d\d:[\d.]+Z$/.test(text)) return text;
    const time = new Date(text.includes('T') ? text : `${text}T00:00:00+09:00`);
    return time.toISOString().replace('.000Z', 'Z');
  });
