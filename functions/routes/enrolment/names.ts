import * as z from 'zod';
import { principalId, utc } from '../../http/schemas.ts';

/** A name of 200 characters may have twice as many UTF-16 code units; lib/enrolment counts the characters. */
const MAX_UNITS = 400;

export const text = z.string().min(1).max(MAX_UNITS);

export const names = z.strictObject({ ja: text, en: text });

export const kana = text.meta({ description: 'The reading of the Japanese name.' });

/** Who took a step, and when. */
export const step = z.object({ by: principalId, at: utc });

/** The query parameter that names the proposal which is confirmed. */
export const lookedAt = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Must be the number of an act.')
  .transform(Number)
  .meta({
    type: 'integer',
    minimum: 1,
    description:
      'The `number` that the proposal had when you looked at it. Give it: otherwise the newest proposal is confirmed, also one that came since.',
  })
  .exactOptional();
