import { Phrase } from '../fault.ts';
import type { Language, Say } from './contract.ts';

export { LANGUAGES, type Language, type Say } from './contract.ts';

/** English needs no file; the others are loaded when somebody wants them, so that no cold start waits for them. */
export const speaking = async (language: Language): Promise<Say> => {
  if (language === 'en') return String;
  const { japanese } = await import('#japanese');
  return (phrase) => phrase.in(japanese);
};

/** The same value, with every phrase in it said. */
export const said = (value: unknown, say: Say): unknown => {
  if (value instanceof Phrase) return say(value);
  if (Array.isArray(value)) return value.map((item) => said(item, say));
  if (typeof value !== 'object' || value === null) return value;
  // A time, bytes: what has a form of its own in JSON.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, said(item, say)]));
};
