import type { LedgerRecord } from '../contract.ts';

/** A record as one row of a table. A member that the record lacks is null; JSON values are text. */
export const COLUMNS = [
  'id',
  'time',
  'kind',
  'recipient',
  'unproven',
  'repeats',
  'door',
  'actor',
  'channel',
  'method',
  'tenant',
  'office',
  'holder',
  'purpose',
  'legalBasis',
  'purposeAssumed',
  'day',
  'certificates',
  'requests',
  'count',
  'requestDigest',
  'responseDigest',
  'shared',
  'leaf',
  'content',
] as const;

export type Column = (typeof COLUMNS)[number];
export type Row = Readonly<Record<Column, string | number | null>>;

/**
 * `certificates` are `ca/serial`, separated by spaces, and so are `requests`; `content` is the JSON of `provided`, or of an act's `details`; `shared`
 * is the JSON of the answers that share the record.
 * Only the NDJSON format has the exact bytes that a leaf covers.
 */
export const rowOf = (record: LedgerRecord): Row => {
  const common = {
    id: record.id,
    time: record.time,
    kind: record.kind,
    tenant: record.tenant ?? null,
    office: record.office ?? null,
    certificates: (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`).join(' '),
    leaf: record.leaf ?? null,
  };
  if (record.kind !== 'provision') {
    return {
      ...common,
      recipient: null,
      unproven: null,
      repeats: null,
      door: null,
      actor: record.actor,
      channel: null,
      method: null,
      holder: record.holder ?? null,
      purpose: null,
      legalBasis: null,
      purposeAssumed: null,
      day: null,
      requests: null,
      count: null,
      requestDigest: null,
      responseDigest: null,
      shared: null,
      content: JSON.stringify(record.details),
    };
  }
  return {
    ...common,
    recipient: record.recipient,
    unproven: record.unproven ?? null,
    repeats: record.repeats ?? null,
    door: record.door ?? null,
    actor: null,
    channel: record.channel,
    method: record.method,
    holder: null,
    purpose: record.purpose ?? null,
    legalBasis: record.legalBasis ?? null,
    purposeAssumed: record.purposeAssumed ? 'true' : null,
    day: record.day ?? null,
    requests: record.requests?.join(' ') ?? null,
    count: record.count,
    requestDigest: record.requestDigest ?? null,
    responseDigest: record.responseDigest ?? null,
    shared: record.shared === undefined ? null : JSON.stringify(record.shared),
    content: JSON.stringify(record.provided),
  };
};
