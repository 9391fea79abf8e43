import { phrase } from '../fault.ts';
import { type Issue, issue } from './draft.ts';

/** Whether an act ever enrolled a principal or an office of this id, whatever became of it. By objects. */
export type IsEnrolled = (subject: 'principal' | 'office', id: string) => Promise<boolean>;

type Named = readonly { readonly id: string }[];

/** The offices and principals of a file. */
export interface Members {
  readonly offices: Named;
  readonly principals: Named;
}

/** Look-ups at one time. */
const AT_ONCE = 64;

/** The file's offices and principals come first in the directory, so one that it adds must not take the id of an enrolled one. */
export const enrolledIssues = async (
  isEnrolled: IsEnrolled,
  before: Members,
  after: Members,
): Promise<readonly Issue[]> => {
  const added = (section: keyof Members, subject: 'principal' | 'office') => {
    const known = new Set(before[section].map(({ id }) => id));
    return after[section].flatMap(({ id }, index) =>
      known.has(id) ? [] : [{ subject, id, path: `${section}.${index}.id` }],
    );
  };
  const all = [...added('offices', 'office'), ...added('principals', 'principal')];
  const issues: Issue[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    const taken = await Promise.all(some.map(({ subject, id }) => isEnrolled(subject, id)));
    issues.push(
      ...some
        .filter((_, i) => taken[i])
        .map(({ id, path }) =>
          issue(path, phrase`${id} was enrolled, and records name it; take an id that nobody has had.`),
        ),
    );
  }
  return issues;
};
