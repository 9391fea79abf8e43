/**
 * Members of a record, as the types that they are meant to have. A record's `details` and `provided` are any JSON: whoever
 * can write to the table decides what is in them. So a member is read by these and never converted: `String` throws for
 * `{"toString":1,"valueOf":1}`, and makes one text of `["a"]` and of `"a"`.
 */

/** Undefined where it is no text. */
export const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Undefined where it is no number. */
export const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** Milliseconds since the epoch; NaN where it is no time in a text. */
export const timeIn = (value: unknown): number =>
  typeof value === 'string' ? Date.parse(value) : Number.NaN;

/** The texts in a list; each other value of it is undefined. Empty where it is no list. */
export const textsIn = (value: unknown): readonly (string | undefined)[] =>
  Array.isArray(value) ? value.map(textIn) : [];

/** The members of an object; none where it is no object. */
export const membersIn = (value: unknown): Readonly<Partial<Record<string, unknown>>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
