import * as z from 'zod';
import { Fault, type Phrase, phrase } from '../../../lib/fault.ts';
import { rfc3339 } from '../../../lib/pki/pki.ts';

/* What a reader of provisions has chosen: the query of the page, and the query of the operation that follows from it. */

/** These are the operation's own. */
const SAME = ['recipient', 'request', 'ca', 'serial', 'holder', 'purpose', 'channel'] as const;
const DAYS = { from: phrase`From (day)`, to: phrase`To (day, included)` } as const;

export const FILTERS = [...SAME, 'from', 'to', 'own'] as const;
export type Chosen = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>;

export const DAY_LABELS: Readonly<Record<keyof typeof DAYS, Phrase>> = DAYS;

/** The filters of a page that are not empty. */
export const chosenIn = (query: URLSearchParams): Chosen =>
  Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = query.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );

/** The same filter in an address. */
export const addressQuery = (chosen: Chosen): URLSearchParams => new URLSearchParams({ ...chosen });

export const showsOwn = ({ own }: Chosen): boolean => own === 'shown';

const day = z.iso.date();
const DAY_MS = 86_400_000;

/** The first moment of a day of Japan, or of the day after it, in RFC 3339. Fault: `invalid-input`, naming the field. */
const momentOf = (field: keyof typeof DAYS, text: string, daysLater: 0 | 1): string => {
  if (!day.safeParse(text).success) {
    throw new Fault('invalid-input', phrase`${DAYS[field]}: write the day as 2026-04-01.`, { field });
  }
  return rfc3339(new Date(Date.parse(`${text}T00:00:00+09:00`) + daysLater * DAY_MS));
};

/** Days are those of Japan, and the last one is included. */
export const operationQuery = (chosen: Chosen): Readonly<Record<string, string>> => {
  const { from, to } = chosen;
  const same = SAME.flatMap((name) => (chosen[name] === undefined ? [] : [[name, chosen[name]]]));
  return {
    ...Object.fromEntries(same),
    ...(from !== undefined && { from: momentOf('from', from, 0) }),
    ...(to !== undefined && { to: momentOf('to', to, 1) }),
    ...(!showsOwn(chosen) && { excludeOwn: 'true' }),
  };
};
