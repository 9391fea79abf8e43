import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Query } from './contract.ts';
import { isWithin, type Range, rangeOf } from './range.ts';

/**
 * A cursor is base64url of a digest over the query and the position, followed by the position: the key of the last row
 * that was handed out. The digest contains no secret. It catches accidents: a cursor cut short, mistyped, kept from
 * another version, or used with another query. Somebody who reads this file can make a cursor. Such a cursor can only
 * choose where the page begins inside its own query, because pk and bounds always come from the query and readers check
 * the position against them. A cursor is therefore no grant and hides nothing.
 */
const DIGEST_CHARS = 24;
const DIGEST_BYTES = DIGEST_CHARS / 2;
/** A position is a key of at most 1,024 bytes. */
const MAX_CURSOR_CHARS = 1400;

export type CursorScope = readonly (string | boolean | null)[];

export const queryScope = (query: Query): CursorScope => [
  'query',
  query.pk,
  query.prefix ?? '',
  query.from ?? '',
  query.to ?? null,
  query.descending ?? false,
];

export const listScope = (prefix: string): CursorScope => ['list', prefix];

export const writeCursor = (scope: CursorScope, position: string): string =>
  Buffer.concat([digest(scope, position), Buffer.from(position)]).toString('base64url');

/** The position. Faults: `cursor-invalid`. */
export const readCursor = (scope: CursorScope, cursor: string): string => {
  if (cursor.length > MAX_CURSOR_CHARS) throw cursorInvalid();
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips characters that are not base64url and ignores spare bits. Only the one spelling is accepted.
  if (bytes.toString('base64url') !== cursor || bytes.length <= DIGEST_BYTES) throw cursorInvalid();
  const position = bytes.toString('utf8', DIGEST_BYTES);
  if (!digest(scope, position).equals(bytes.subarray(0, DIGEST_BYTES))) throw cursorInvalid();
  return position;
};

/**
 * The range of a page of this query and, with a cursor, the key after which it starts, which lies inside the range.
 * Undefined when the range is empty. Faults: `cursor-invalid`.
 */
export const pageOf = (query: Query): { readonly range: Range; readonly after?: string } | undefined => {
  const range = rangeOf(query);
  if (query.cursor === undefined) return range && { range };
  const after = readCursor(queryScope(query), query.cursor);
  if (range === undefined || !isWithin(range, after)) throw cursorInvalid();
  return { range, after };
};

export const cursorInvalid = (): Fault =>
  new Fault('cursor-invalid', 'The cursor is not one of this query; begin again without a cursor.');

const digest = (scope: CursorScope, position: string): Buffer =>
  Buffer.from(hash('sha256', JSON.stringify([...scope, position])).slice(0, DIGEST_CHARS), 'hex');
