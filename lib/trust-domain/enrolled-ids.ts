import { phrase } from '../fault.ts';
import { type Issue, issue } from './draft.ts';

/** Whether an act ever enrolled a principal of this id, whatever became of it. By objects. */
export type IsEnrolled = (id: string) => Promise<boolean>;

/** The operators of a file. */
export interface Members {
  readonly operators: readonly { readonly id: string }[];
}

/** The file's operators come first in the directory, so one that it adds must not take the id of somebody enrolled. */
export const enrolledIssues = async (
  isEnrolled: IsEnrolled,
  before: Members,
  after: Members,
): Promise<readonly Issue[]> => {
  const known = new Set(before.operators.map(({ id }) => id));
  const issues = after.operators.map(async ({ id }, index) =>
    !known.has(id) && (await isEnrolled(id))
      ? [
          issue(
            `operators.${index}.id`,
            phrase`${id} was enrolled, and records name it; take an id that nobody has had.`,
          ),
        ]
      : [],
  );
  return (await Promise.all(issues)).flat();
};
