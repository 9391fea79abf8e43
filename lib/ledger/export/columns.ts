import type { LedgerRecord } from '../contract.ts';

/** A record as one row of a table: what is not said of it is null. Values of JSON stand as text. */
export const COLUMNS = [
  'id',
  'time',
  'kind',
  'recipient',
  'unproven',
  'actor',
  'channel',
  'method',
  'office',
  'holder',
  'purpose',
  'legalBasis',
  'day',
  'certificates',
  'count',
  'requestDigest',
  'responseDigest',
  'leaf',
  'content',
] as const;

export type Column = (typeof COLUMNS)[number];
export type Row = Readonly<Record<Column, string | number | null>>;

/**
 * `certificates` are `ca/serial`, parted by spaces; `content` is JSON of what was told or of how an act was. The exact
 * bytes of which a leaf is made need NDJSON, which has the record as it is.
 */
export const rowOf = (record: LedgerRecord): Row => {
  const common = {
    id: record.id,
    time: record.time,
    kind: record.kind,
    office: record.office ?? null,
    certificates: (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`).join(' '),
    leaf: record.leaf ?? null,
  };
  if (record.kind !== 'provision') {
    return {
      ...common,
      recipient: null,
      unproven: null,
      actor: record.actor,
      channel: null,
      method: null,
      holder: record.holder ?? null,
      purpose: null,
      legalBasis: null,
      day: null,
      count: null,
      requestDigest: null,
      responseDigest: null,
      content: JSON.stringify(record.details),
    };
  }
  return {
    ...common,
    recipient: record.recipient,
    unproven: record.unproven ?? null,
    actor: null,
    channel: record.channel,
    method: record.method,
    holder: null,
    purpose: record.purpose ?? null,
    legalBasis: record.legalBasis ?? null,
    day: record.day ?? null,
    count: record.count,
    requestDigest: record.requestDigest ?? null,
    responseDigest: record.responseDigest,
    content: JSON.stringify(record.provided),
  };
};
