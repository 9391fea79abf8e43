import { Fault } from '../../../lib/fault.ts';
import type { Principal } from '../../../lib/principal.ts';

/** Whose accesses the caller may list: those of one office, or without `office` everybody's. Fault: `forbidden`. */
export const assertMayListAccesses = ({ role, office, duties }: Principal): { readonly office?: string } => {
  if (role === 'auditor') return {};
  if (role === 'officer' && office !== undefined && duties?.includes('responsible')) return { office };
  throw new Fault(
    'forbidden',
    'Auditors list all accesses, and the responsible person of an office those of the own office.',
  );
};
