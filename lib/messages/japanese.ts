import type { $ZodRawIssue } from 'zod/v4/core';
import zodJapanese from 'zod/v4/locales/ja.js';
import type { Messages } from '../fault.ts';
import { JA } from './ja.ts';

const texts: ReadonlyMap<string, string> = new Map(JA);
const { localeError } = zodJapanese();

/** The file that `#japanese` names: nothing else imports it, and each bundle of a function has it beside itself. */
export const japanese: Messages = {
  language: 'ja',
  of: (template) => texts.get(template),
  // A schema's own message has its text here, zod's messages have theirs with zod.
  ofIssue: (issue) => {
    const own = texts.get(issue.message);
    if (own !== undefined) return own;
    const text = localeError(issue as $ZodRawIssue);
    return typeof text === 'string' ? text : (text?.message ?? issue.message);
  },
};
