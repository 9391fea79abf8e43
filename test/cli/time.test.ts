import { describe, expect, it } from 'vitest';
import { timeOption } from '../../cli/time.ts';
import { time } from '../../functions/http/schemas.ts';

describe('a time', () => {
  it.each([
    ['2026-04-01', '2026-03-31T15:00:00Z'],
    ['2026-04-01T09:00:00+09:00', '2026-04-01T00:00:00Z'],
    ['2026-04-01T09:00:00.125+09:00', '2026-04-01T00:00:00.125Z'],
    ['2026-04-01T00:00:00-05:30', '2026-04-01T05:30:00Z'],
    ['2026-04-01T00:00:00.123456Z', '2026-04-01T00:00:00.123456Z'],
  ])('at the command line: %s is %s', (text, utc) => {
    expect(timeOption.parse(text)).toBe(utc);
  });

  it.each(['2026-04', '2026-02-30', '2026-04-01T09:00:00', '2026-04-01 09:00', 'today', ''])(
    'at the command line is not %j',
    (text) => {
      const [issue] = timeOption.safeParse(text).error?.issues ?? [];
      expect(issue?.message).toContain('Must be a date such as 2026-04-01');
    },
  );

  it.each([
    ['2026-04-01T09:00:00+09:00', '2026-04-01T00:00:00Z'],
    ['2026-04-01T00:00:00Z', '2026-04-01T00:00:00Z'],
  ])('of the API: %s is %s', (text, utc) => {
    expect(time.parse(text)).toBe(utc);
  });

  // A plus sign in a query is a space. Years outside of four digits cannot be written in UTC.
  it.each([
    '2026-04-01',
    '2026-04-01T09:00:00 09:00',
    '0000-01-01T00:00:00+09:00',
    '9999-12-31T23:59:59-09:00',
  ])('of the API is not %j', (text) => {
    expect(time.safeParse(text).success).toBe(false);
  });
});
