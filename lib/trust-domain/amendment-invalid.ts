import { Fault, phrase } from '../fault.ts';
import type { Issue } from './draft.ts';

const MAX_ISSUES = 20;

/** The fault of a file that may not follow the one in force. There is one issue at least. */
export const invalidAmendment = (issues: readonly Issue[]): Fault => {
  const [{ path, message }, ...more] = issues as readonly [Issue, ...Issue[]];
  const at = path || phrase`its top`;
  return new Fault(
    'amendment-invalid',
    more.length === 0
      ? phrase`The trust domain cannot be changed to this file; at ${at}: ${message}`
      : phrase`The trust domain cannot be changed to this file; at ${at}: ${message} (and ${more.length} more)`,
    { issues: issues.slice(0, MAX_ISSUES) },
  );
};
