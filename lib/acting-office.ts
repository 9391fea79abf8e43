import type { Principal } from './principal.ts';

/*
 * An office that ended may have left its affairs to another one. The other one's officers then act on the requests and the
 * certificates of the ended office, which stay under its id.
 */

/** The offices on whose requests and certificates an officer acts. Empty for everybody who belongs to no office. */
export const officesOf = ({ role, office, predecessors = [] }: Principal): readonly string[] =>
  role === 'officer' && office !== undefined ? [office, ...predecessors] : [];

/** The record of an act names the office that the act concerns. Where an officer of a successor acts, it names the officer's too. */
export const actingOfficeOf = (
  { role, office: own }: Principal,
  office: string,
): { readonly actingOffice?: string } =>
  role === 'officer' && own !== undefined && own !== office ? { actingOffice: own } : {};
