import type { BulkProfile, RequestRow, RowProblem, Value } from '../bulk/bulk.ts';
import { columnOfFault } from '../bulk/bulk.ts';
import { phrase } from '../fault.ts';
import { hasIndividualNumber, namesIndividualNumber } from '../registration/registration.ts';

/*
 * Individual Numbers. A file has what people wrote, as a form has, and what has the form of such a number is not kept: the row is one
 * with a problem, without the value. The parts of the file go once it is read.
 */

const FORBIDDEN = phrase`Twelve digits in it have the form of an Individual Number (My Number), which the law forbids to keep here. The value was left out; send the row without it.`;

const has = (value: Value | undefined): boolean =>
  value !== undefined && [value].flat().some(hasIndividualNumber);

/** The values of a row by the names of their columns, as a row with problems has them. */
const valuesOf = (row: RequestRow): Readonly<Record<string, Value>> => {
  if ('values' in row) return row.values;
  const { key, submission } = row;
  const { profile: _, fields, ...others } = submission;
  const own = { key, ...others };
  const apart = Object.entries(fields).map(
    ([name, value]) => [Object.hasOwn(own, name) ? `field.${name}` : name, value] as const,
  );
  return { ...Object.fromEntries(apart), ...own };
};

/** The row as it may be kept. */
export const withoutNumbers = (row: RequestRow, profile: BulkProfile): RequestRow => {
  const values = Object.entries(valuesOf(row));
  const isForbidden = (name: string, value: Value): boolean =>
    has(value) || (name === 'csr' && typeof value === 'string' && namesIndividualNumber(value));
  const forbidden = values.filter(([name, value]) => isForbidden(name, value));
  if (forbidden.length === 0)
    return 'problems' in row ? { ...row, problems: saidWithoutNumbers(row.problems) } : row;
  const names = new Set(forbidden.map(([name]) => name));
  const problems = [...names].map((name): RowProblem => {
    const column = columnOfFault(profile, { field: name.replace(/^field\./, '') });
    return { ...(column && { column }), phrase: FORBIDDEN };
  });
  const { number, line, key } = row;
  return {
    number,
    line,
    ...(key !== undefined && !names.has('key') && { key }),
    problems: [...saidWithoutNumbers('problems' in row ? row.problems : []), ...problems],
    values: Object.fromEntries(values.filter(([name]) => !names.has(name))),
  };
};

/** A problem may show what stands in the place of a header. */
export const saidWithoutNumbers = (problems: readonly RowProblem[]): readonly RowProblem[] =>
  problems.map((problem) => (hasIndividualNumber(String(problem.phrase)) ? { phrase: FORBIDDEN } : problem));
