import { Fault, phrase } from '../../../lib/fault.ts';
import { rfc3339 } from '../../../lib/pki/pki.ts';

const FORM =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?(?: ?(?:(Z)|JST|([+-](?:0\d|1[0-4]):[0-5]\d)))?$/;

/**
 * A date or a time, as people write it, in RFC 3339. Without an offset it is one of Japan, and a date is the first moment of its
 * day, as for the commands. Undefined where it cannot be read.
 */
export const readGivenTime = (text: string): string | undefined => {
  // Digits may come from a Japanese keyboard.
  const found = FORM.exec(text.normalize('NFKC').trim());
  if (!found) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '00', second = '00', utc, offset] = found;
  const isDay =
    Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysOf(year, month);
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const two = (digits: string): string => digits.padStart(2, '0');
  const zone = utc ?? offset ?? '+09:00';
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}${zone}`;
};

const daysOf = (year: string, month: string): number =>
  new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();

/** The time in a field of a form, or nothing where the field is empty. Fault: `invalid-input`. */
export const optionalTime = <N extends string>(
  name: N,
  text: string | undefined,
): { readonly [K in N]?: string } => {
  if (text === undefined || text.trim() === '') return {};
  const time = readGivenTime(text);
  if (time !== undefined) return { [name]: time } as { readonly [K in N]?: string };
  throw new Fault(
    'invalid-input',
    phrase`A time in the form cannot be read; the field says how it is written.`,
    { path: name },
  );
};

const DAY_MS = 86_400_000;

/** A filter's last day is within the list; the operation takes the moment at which the list ends. */
export const endOfDay = (text: string): string | undefined => {
  const time = readGivenTime(text);
  return time && rfc3339(new Date(Date.parse(time) + DAY_MS));
};
