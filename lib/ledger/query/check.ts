import { Fault, phrase } from '../../fault.ts';
import { MAX_PAGE } from '../../store/store.ts';
import type { RecordQuery } from '../contract.ts';

/**
 * Faults: `invalid-input` where the query is not well formed, or where its members exclude each other, so that no record
 * could ever match it. Whoever begins a long answer calls this first.
 */
export const checkQuery = (
  query: Omit<RecordQuery, 'limit' | 'cursor'> & { readonly limit?: number },
): void => {
  const { limit = MAX_PAGE, recipient, actor, certificate, holder, purpose, channel, kind } = query;
  const { request, party, onlyRecordsOf, tenant, onlyRecordsOfTenant } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new Fault('invalid-input', phrase`A page has 1 to ${MAX_PAGE} records.`, { field: 'limit' });
  }
  if (recipient !== undefined && actor !== undefined) {
    throw new Fault('invalid-input', 'Ask by recipient or by actor: no record has both.');
  }
  if (party !== undefined && (recipient !== undefined || actor !== undefined)) {
    throw new Fault('invalid-input', 'Ask by who looked, by recipient or by actor, one at a time.');
  }
  if (certificate && holder !== undefined) {
    throw new Fault('invalid-input', 'Ask by certificate or by holder, one at a time.');
  }
  if (holder !== undefined && onlyRecordsOf !== undefined) {
    throw new Fault(
      'invalid-input',
      "A holder's records are those of everybody who asked: they are not found among the records of one principal.",
    );
  }
  if (tenant !== undefined && onlyRecordsOfTenant !== undefined) {
    throw new Fault('invalid-input', 'Ask by one tenant.', { field: 'tenant' });
  }
  const findsAnswers = [recipient, purpose, channel, request].some((member) => member !== undefined);
  if (findsAnswers && (actor !== undefined || (kind !== undefined && kind !== 'provision'))) {
    throw new Fault(
      'invalid-input',
      'A recipient, a purpose, a channel and a request find answers alone, which have no actor and no other kind.',
    );
  }
  if (actor !== undefined && kind === 'provision') {
    throw new Fault('invalid-input', 'Answers have no actor; ask for them by recipient.', { field: 'actor' });
  }
  const from = query.from === undefined ? -Infinity : instant('from', query.from);
  const to = query.to === undefined ? Infinity : instant('to', query.to);
  if (from === to)
    throw new Fault('invalid-input', 'The period is empty: its end is its beginning.', { field: 'to' });
  if (from > to) throw new Fault('invalid-input', 'The period ends before it begins.', { field: 'to' });
};

/** Milliseconds of an RFC 3339 time. Fault: `invalid-input`. */
export const instant = (name: string, text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new Fault('invalid-input', phrase`"${name}" is not an RFC 3339 time.`, { field: name });
  return ms;
};
