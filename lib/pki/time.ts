import { Fault, phrase } from '../fault.ts';
import { type Der, malformedDer, TAG } from './der.ts';
import { derText } from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';

/**
 * RFC 3339 in UTC, with the fraction cut off as in DER. People are shown the times of certificates, CRLs and answers in
 * it.
 */
export const rfc3339 = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** Unix seconds of a time in RFC 3339, with the fraction cut off; NaN where the text is no time. */
export const unixSeconds = (text: string): number => Math.floor(Date.parse(text) / 1000);

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `YYYYMMDDHHMMSSZ`. The fraction is cut off: RFC 5280 4.1.2.5.2 and RFC 6960 4.2.2.1 allow none. */
const format = (date: Date): string => {
  const year = date.getUTCFullYear();
  const day = `${two(Math.floor(year / 100))}${two(year % 100)}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
  return `${day}${two(date.getUTCHours())}${two(date.getUTCMinutes())}${two(date.getUTCSeconds())}Z`;
};

const digits = (date: Date, firstYear: number): string => {
  const year = date.getUTCFullYear();
  if (!(year >= firstYear && year <= 9999)) {
    throw new Fault(
      'invalid-input',
      phrase`A time that is written in DER has a year from ${firstYear} to 9999.`,
    );
  }
  return format(date);
};

/** Time (RFC 5280 4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050. Fault: `invalid-input` outside 1950 to 9999. */
export const encodeTime = (date: Date): Der =>
  date.getUTCFullYear() < 2050
    ? derText(TAG.utcTime, digits(date, 1950).slice(2))
    : encodeGeneralizedTime(date);

/**
 * GeneralizedTime in every year: for OCSP's times and invalidityDate. Fault: `invalid-input` outside the years 0 to
 * 9999.
 */
export const encodeGeneralizedTime = (date: Date): Der => derText(TAG.generalizedTime, digits(date, 0));

const SHAPE = /^\d{14}Z$/;

const parse = (text: string, at: number): Date => {
  if (SHAPE.test(text)) {
    const part = (start: number): number => Number(text.slice(start, start + 2));
    const date = new Date(0);
    date.setUTCFullYear(100 * part(0) + part(2), part(4) - 1, part(6));
    date.setUTCHours(part(8), part(10), part(12));
    // Date rolls 30 February and 24:00 over to the next day, so the result is formatted again and compared with the
    // text.
    if (format(date) === text) return date;
  }
  throw malformedDer(phrase`a time that is not a calendar date and UTC time of day to the second`, at);
};

const ascii = (content: Uint8Array): string => Buffer.from(content).toString('latin1');

/** Time (RFC 5280 4.1.2.5). Fault: `malformed-der`, also for a GeneralizedTime in the years of UTCTime. */
export const readTime = (reader: DerReader): Date => {
  const at = reader.offset;
  if (reader.peek() !== TAG.generalizedTime) {
    const text = ascii(reader.content(TAG.utcTime));
    // RFC 5280 4.1.2.5.1: years from 50 belong to the twentieth century.
    return parse(`${text < '50' ? '20' : '19'}${text}`, at);
  }
  const date = readGeneralizedTime(reader);
  if (date.getUTCFullYear() < 2050)
    throw malformedDer(phrase`a GeneralizedTime before 2050 instead of UTCTime`, at);
  return date;
};

/** GeneralizedTime without a fraction. Fault: `malformed-der`. */
export const readGeneralizedTime = (reader: DerReader): Date => {
  const at = reader.offset;
  return parse(ascii(reader.content(TAG.generalizedTime)), at);
};
