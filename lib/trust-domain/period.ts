import type { Period } from './contract.ts';

const SHAPE =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/;

/** Undefined where the text is not a duration, or is an empty one (`PT0S`). Fractions and signs are refused. */
export const parsePeriod = (text: string): Period | undefined => {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const period = {
    months: (years as number) * 12 + (months as number),
    seconds:
      ((weeks as number) * 7 + (days as number)) * 86_400 +
      (hours as number) * 3_600 +
      (minutes as number) * 60 +
      (seconds as number),
  };
  return period.months + period.seconds > 0 ? period : undefined;
};

/** If the month reached does not have the day, its last day is taken: 31 January + P1M is 28 or 29 February. */
export const addPeriod = (date: Date, period: Period): Date => {
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + period.months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return new Date(moved.getTime() + period.seconds * 1_000);
};

const EPOCH = new Date(Date.UTC(2025, 0));
export const longer = (a: Period, b: Period): boolean => addPeriod(EPOCH, a) > addPeriod(EPOCH, b);

/** The last second of a validity that begins at `notBefore`: both ends belong to it (RFC 5280 4.1.2.5). */
export const lastSecond = (notBefore: Date, validity: Period): Date =>
  new Date(addPeriod(notBefore, validity).getTime() - 1_000);
