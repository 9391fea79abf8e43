import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TAG } from '../../lib/pki/der.ts';
import { derText } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import {
  encodeGeneralizedTime,
  encodeTime,
  readGeneralizedTime,
  readTime,
  rfc3339,
} from '../../lib/pki/time.ts';

const utc = (text: string): DerReader => new DerReader(derText(TAG.utcTime, text));
const generalized = (text: string): DerReader => new DerReader(derText(TAG.generalizedTime, text));
const content = (der: Uint8Array): string => Buffer.from(der.subarray(2)).toString('latin1');
const malformed = expect.objectContaining({ code: 'malformed-der' });

describe('Time (RFC 5280 4.1.2.5)', () => {
  it('is UTCTime through 2049 and GeneralizedTime from 2050', () => {
    const last = encodeTime(new Date('2049-12-31T23:59:59.999Z'));
    expect([last[0], content(last)]).toEqual([TAG.utcTime, '491231235959Z']);
    const first = encodeTime(new Date('2050-01-01T00:00:00Z'));
    expect([first[0], content(first)]).toEqual([TAG.generalizedTime, '20500101000000Z']);
    expect(content(encodeTime(new Date('9999-12-31T23:59:59Z')))).toBe('99991231235959Z');
  });

  it('reads back every whole second from 1950 to 9999', () => {
    const date = fc.date({ min: new Date('1950-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (given) => {
        const seconds = new Date(Math.floor(given.getTime() / 1000) * 1000);
        expect(readTime(new DerReader(encodeTime(given)))).toEqual(seconds);
        expect(readGeneralizedTime(new DerReader(encodeGeneralizedTime(given)))).toEqual(seconds);
      }),
    );
  });

  it('puts two digits from 50 into the twentieth century', () => {
    expect(readTime(utc('500101000000Z')).toISOString()).toBe('1950-01-01T00:00:00.000Z');
    expect(readTime(utc('491231235959Z')).toISOString()).toBe('2049-12-31T23:59:59.000Z');
  });

  it('refuses dates that have no encoding', () => {
    const invalid = expect.objectContaining({ code: 'invalid-input' });
    for (const date of [
      new Date(Number.NaN),
      new Date('1949-12-31T23:59:59Z'),
      new Date(Date.UTC(10_000, 0)),
    ]) {
      expect(() => encodeTime(date)).toThrow(invalid);
    }
    expect(() => encodeGeneralizedTime(new Date(Number.NaN))).toThrow(invalid);
    expect(() => encodeGeneralizedTime(new Date(Date.UTC(10_000, 0)))).toThrow(invalid);
  });

  it.each([
    ['no seconds', '2601010000Z'],
    ['no Z', '260101000000'],
    ['an offset', '260101000000+0900'],
    ['a fraction', '260101000000.5Z'],
    ['month 13', '261301000000Z'],
    ['month 0', '260001000000Z'],
    ['30 February', '260230000000Z'],
    ['29 February of a common year', '250229000000Z'],
    ['hour 24', '260101240000Z'],
    ['minute 60', '260101006000Z'],
    ['a leap second', '161231235960Z'],
    ['a sign', '+60101000000Z'],
    ['a blank', '26 101000000Z'],
    ['nothing', ''],
    ['four digits of year', '20260101000000Z'],
  ])('refuses a UTCTime with %s', (_, text) => {
    expect(() => readTime(utc(text))).toThrow(malformed);
  });

  it.each([
    ['UTCTime’s years', '20491231235959Z'],
    ['two digits of year', '510101000000Z'],
    ['a fraction', '20510101000000.0Z'],
    ['no Z', '20510101000000'],
    ['an impossible date', '20510229000000Z'],
  ])('refuses a GeneralizedTime with %s', (_, text) => {
    expect(() => readTime(generalized(text))).toThrow(malformed);
  });

  it('takes 29 February of a leap year', () => {
    expect(readTime(utc('240229235959Z')).toISOString()).toBe('2024-02-29T23:59:59.000Z');
  });
});

describe('GeneralizedTime of OCSP', () => {
  it('is the form for every year', () => {
    expect(content(encodeGeneralizedTime(new Date('2026-11-22T01:02:03.999Z')))).toBe('20261122010203Z');
    expect(readGeneralizedTime(generalized('20261122010203Z')).toISOString()).toBe(
      '2026-11-22T01:02:03.000Z',
    );
    for (const text of ['00010101000000Z', '19491231235959Z', '99991231235959Z']) {
      expect(content(encodeGeneralizedTime(readGeneralizedTime(generalized(text))))).toBe(text);
    }
    expect(() => readGeneralizedTime(utc('261122010203Z'))).toThrow(malformed);
    expect(() => readGeneralizedTime(generalized('20261122010203.1Z'))).toThrow(malformed);
  });
});

describe('RFC 3339 for people', () => {
  it('has whole seconds, as the DER has them', () => {
    expect(rfc3339(new Date('2026-11-22T09:00:00.999Z'))).toBe('2026-11-22T09:00:00Z');
    expect(rfc3339(new Date('1950-01-01T00:00:00Z'))).toBe('1950-01-01T00:00:00Z');
  });
});
