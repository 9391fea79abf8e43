import type { z } from 'zod';
import { Fault, type Phrase } from '../fault.ts';
import type { AuthorityDefinition, Profile, Tenant } from './contract.ts';
import type * as schema from './schema.ts';
import { buildShownName } from './shown-name.ts';

/* The input and output of the checks of a trust domain. */

export interface Issue {
  /** `profiles.0.authority`. */
  readonly path: string;
  readonly message: Phrase;
}

/** A member that has passed its schema, and its path. */
export interface Placed<T> {
  readonly path: string;
  readonly value: T;
}

/**
 * The members that have passed their schemas, and the ids of all members. So a reference to a faulty member is not
 * reported as a second problem.
 */
export interface Draft {
  readonly tenants: readonly Placed<Tenant>[];
  readonly authorities: readonly Placed<AuthorityDefinition>[];
  readonly profiles: readonly Placed<Profile>[];
  readonly operators: readonly Placed<z.output<typeof schema.operator>>[];
  readonly ceremony: Placed<readonly [string, string]> | undefined;
  readonly ids: Readonly<Record<'tenants' | 'authorities' | 'profiles' | 'operators', readonly unknown[]>>;
}

export const issue = (path: string, message: Phrase): Issue => ({ path, message });

/** The reason why no certificate can have this attribute. Undefined where one can. */
export const whyNot = (type: string, value: string): Phrase | undefined => {
  try {
    buildShownName([[type, value]]);
    return undefined;
  } catch (error) {
    if (Fault.is(error)) return error.phrase;
    throw error;
  }
};
