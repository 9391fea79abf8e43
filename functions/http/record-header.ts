import type { ResponseDescription } from './route.ts';

const NAME = 'akashi-record';

/**
 * Names the record of an answer to its recipient, who can have the record proven later. Only for answers that no shared
 * cache keeps: a cache would give the name of one record to many recipients, most of whom it is not about.
 */
export const recordHeader = (record: string): Readonly<Record<string, string>> => ({ [NAME]: record });

/** The header as it stands in an answer; it is one of a redirect to the answer as well. */
export const recordHeaderOf = ({
  [NAME]: record,
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  record === undefined ? {} : recordHeader(record);

/** For the OpenAPI document. */
export const namesRecord = {
  [NAME]:
    "The id of this answer's record, which `/api/v1/provisions/{id}/proof` proves. Absent from answers that caches may keep.",
} satisfies NonNullable<ResponseDescription['headers']>;

/** The same for a file that is made while it is sent. */
export const namesBeginning = {
  [NAME]:
    'The id of the record that says that the file was begun. The record of the whole file names it as `provided.export`.',
} satisfies NonNullable<ResponseDescription['headers']>;
