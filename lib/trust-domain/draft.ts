import type { z } from 'zod';
import { Fault } from '../fault.ts';
import { buildName } from '../pki/pki.ts';
import type { AuthorityDefinition, Office, Period, Profile } from './contract.ts';
import { addPeriod } from './period.ts';
import type * as schema from './schema.ts';

/* What the checks of a trust domain work on. */

export interface Issue {
  /** `profiles.0.authority`. */
  readonly path: string;
  readonly message: string;
}

/** A member that is right in itself, and where it stands. */
export interface Placed<T> {
  readonly path: string;
  readonly value: T;
}

/** Those members that are right in themselves, and the ids of all: a reference to a faulty member is no second fault. */
export interface Draft {
  readonly authorities: readonly Placed<AuthorityDefinition>[];
  readonly profiles: readonly Placed<Profile>[];
  readonly offices: readonly Placed<Office>[];
  readonly principals: readonly Placed<z.output<typeof schema.principal>>[];
  readonly ceremony: Placed<readonly [string, string]> | undefined;
  readonly ids: Readonly<Record<'authorities' | 'profiles' | 'offices' | 'principals', readonly unknown[]>>;
}

export const issue = (path: string, message: string): Issue => ({ path, message });

const EPOCH = new Date(Date.UTC(2025, 0));
export const longer = (a: Period, b: Period): boolean => addPeriod(EPOCH, a) > addPeriod(EPOCH, b);

/** Why no certificate can have this attribute. */
export const whyNot = (type: string, value: string): string | undefined => {
  try {
    buildName([[type, value]]);
    return undefined;
  } catch (error) {
    if (Fault.is(error)) return error.message;
    throw error;
  }
};
