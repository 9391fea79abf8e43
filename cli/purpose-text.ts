import { phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';

/** In text, in place of what a record does not have. */
export const NONE = '-';

/** The purpose of an answer, and whether the recipient named it. */
export const purposeText = (
  say: Say,
  { purpose, purposeAssumed }: { readonly purpose?: string | null; readonly purposeAssumed?: true },
): string => {
  if (purpose == null) return NONE;
  return purposeAssumed ? say(phrase`${purpose} (assumed)`) : purpose;
};
