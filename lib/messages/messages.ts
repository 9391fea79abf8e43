import { type Messages, Phrase } from '../fault.ts';
import type { Language, Say } from './contract.ts';

export { LANGUAGES, type Language, type Say } from './contract.ts';

const english: Messages = { language: 'en', of: () => undefined, ofIssue: ({ message }) => message };

/**
 * English needs no file; the others are loaded when somebody wants them, so that no cold start waits for them. `edit` gets
 * each text before its values go in.
 */
export const speaking = async (language: Language, edit?: (text: string) => string): Promise<Say> => {
  if (language === 'en' && !edit) return String;
  const messages = language === 'en' ? english : (await import('#japanese')).japanese;
  if (!edit) return (phrase) => phrase.in(messages);
  const edited: Messages = {
    ...messages,
    of: (template) => edit(messages.of(template) ?? template),
    ofIssue: (issue) => edit(messages.ofIssue(issue)),
  };
  return (phrase) => phrase.in(edited);
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
