import { Fault, phrase } from '../fault.ts';
import { jstMonth } from './counts.ts';

/** The month after. */
const nextMonth = (month: string): string => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
};

const MAX_MONTHS = 120;

/** `2026-04` to `2026-06`, both included. Fault: `invalid-input` where that is no month, or more than ten years. */
export const monthsBetween = (from: string, to: string): readonly string[] => {
  const months: string[] = [];
  for (let month = from; month <= to; month = nextMonth(month)) {
    if (months.length === MAX_MONTHS) {
      throw new Fault('invalid-input', phrase`Ask for at most ${MAX_MONTHS} months.`, { limit: MAX_MONTHS });
    }
    months.push(month);
  }
  if (months.length === 0) throw new Fault('invalid-input', 'The first month is after the last one.');
  return months;
};

/** The months of a Japanese fiscal year, which begins in April: `2026` is April 2026 to March 2027. */
export const fiscalMonths = (year: number): readonly string[] =>
  monthsBetween(`${year}-04`, `${year + 1}-03`);

/** The newest fiscal year that is over, Japan Standard Time. */
export const lastFiscalYear = (now: number): number => {
  const [year, month] = jstMonth(now).split('-').map(Number) as [number, number];
  return month >= 4 ? year - 1 : year - 2;
};
