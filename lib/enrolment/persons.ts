import type { Role } from '../principal.ts';

/** The members of a state that say whether it is about a person, and which names it has. */
interface Named {
  readonly role?: Role;
  /** SHA-256, hex, of the salt and the names. */
  readonly contents?: string;
}

/**
 * Officers, operators, auditors and holders are natural persons, and what names them stands apart from the rows
 * (principal-names.ts). Relying parties and offices are organisations: their rows have their names.
 */
export const isPerson = ({ role }: Named): boolean => role !== undefined && role !== 'relyingParty';

/** The digests of the names of persons in these states, each once. */
export const personDigests = (states: readonly Named[]): readonly string[] => [
  ...new Set(
    states.flatMap((state) => (isPerson(state) && state.contents !== undefined ? [state.contents] : [])),
  ),
];
