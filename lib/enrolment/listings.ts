import { membersIn } from '../members.ts';
import { ROLES, type Role } from '../principal.ts';
import type { Key, Value } from '../store/store.ts';
import type { Standing } from './chain.ts';
import type { Subject } from './reading.ts';

/* The lists that name the row of an office or a principal (rows.ts). They have no data of their own. */

export const listPk = (
  subject: Subject,
  by: {
    readonly tenant?: string | undefined;
    readonly office?: string | undefined;
    readonly role?: string | undefined;
  } = {},
): string => {
  const { tenant, office, role } = by;
  // An office belongs to one tenant.
  if (office !== undefined) return `enrolled-${subject}s/office/${office}`;
  return [
    `enrolled-${subject}s`,
    ...(tenant === undefined ? [] : ['tenant', tenant]),
    ...(role === undefined ? [] : ['role', role]),
  ].join('/');
};

export const personPk = (person: string): string => `enrolled-persons/${person}`;

/** The holders that this office's submissions named. */
export const namedPk = (office: string): string => `enrolled-holders/${office}`;

/** A state is listed by these. Somebody who changed a row may have left anything there. */
interface Listed {
  readonly tenant?: string;
  readonly office?: string;
  readonly role?: Role;
  readonly person?: string;
  readonly contents?: string;
}

export const listings = (subject: Subject, id: string, states: readonly Listed[]): readonly Key[] => {
  const pks = states.flatMap((state) => {
    const { tenant, office, role, person } = state;
    return [
      ...(office === undefined ? [] : [listPk(subject, { office })]),
      ...(role === undefined ? [] : [listPk(subject, { role })]),
      ...(tenant === undefined ? [] : [listPk(subject, { tenant })]),
      ...(tenant === undefined || role === undefined ? [] : [listPk(subject, { tenant, role })]),
      // Behind a pseudonym stands nobody whom the service knows.
      ...(person === undefined || isUnnamed(subject, state) ? [] : [personPk(person)]),
    ];
  });
  // Millions of holders would hide the few others.
  const areAllUnnamed = states.length > 0 && states.every((state) => isUnnamed(subject, state));
  return [...(areAllUnnamed ? [] : [listPk(subject)]), ...pks].map((pk) => ({ pk, sk: id }));
};

/** A holder that a submission enrolled. */
const isUnnamed = (subject: Subject, { role, contents }: Listed): boolean =>
  subject === 'principal' && role === 'holder' && contents === undefined;

/** The state in force, and the one that is to come: an office sees whom it is to receive. */
export const listedBy = <S extends object>({ state, awaiting, prepared }: Standing<S>): readonly Listed[] =>
  [state, awaiting?.state, prepared?.state].filter((one) => one !== undefined);

/** By what the act in a row was listed. */
export const earlierOf = (record: Value): readonly Listed[] => {
  const { details } = membersIn(record) as { readonly details?: unknown };
  const { state, proposed, prepared } = membersIn(details);
  return [state, membersIn(proposed).state, membersIn(prepared).state].flatMap((one) => {
    if (one === undefined) return [];
    const { tenant, office, role, person, contents } = membersIn(one);
    return [
      {
        ...(isName(tenant) && { tenant }),
        ...(isName(office) && { office }),
        ...(isRole(role) && { role }),
        ...(isName(person) && { person }),
        ...(typeof contents === 'string' && { contents }),
      },
    ];
  });
};

const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/** Text that is no name was never that of a list, and may be too long for a key. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(value);
