import { Fault } from '../../../lib/fault.ts';
import type { Principal } from '../../../lib/principal.ts';

/** Whose accesses the caller may list: those of one office, or without `office` everybody's. Fault: `forbidden`. */
export const assertMayListAccesses = ({ role, office }: Principal): { readonly office?: string } => {
  if (role === 'auditor') return {};
  if (role === 'officer' && office !== undefined) return { office };
  throw new Fault('forbidden', 'Auditors list all accesses, and officers those of their own office.');
};
