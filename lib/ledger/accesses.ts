import { CHANNELS, type Channel, type LedgerRecord } from './contract.ts';

/** By these channels anybody learns the status of certificates; by all others principals see what the service keeps. */
export const STATUS_CHANNELS: ReadonlySet<Channel> = new Set(['ocsp', 'crl']);

/** The channels among whose records accesses are. */
export const ACCESS_CHANNELS: readonly Channel[] = CHANNELS.filter(
  (channel) => !STATUS_CHANNELS.has(channel),
);

/** Credentials were refused. Anybody can cause such records, so an index has one row for each and no more (rows.ts). */
export const isRefusedSignIn = (record: LedgerRecord): boolean =>
  record.kind === 'provision' &&
  record.channel === 'sign-in' &&
  record.recipient === 'public' &&
  record.unproven !== undefined;

/**
 * Whether the record says who looked: an answer to a principal about what the service keeps, a file that was begun, or a
 * sign-in. Answers to the public are none.
 */
export const isAccess = (record: LedgerRecord): boolean => {
  if (record.kind !== 'provision') return record.kind === 'export';
  const { channel, recipient } = record;
  return channel === 'sign-in' || (recipient !== 'public' && !STATUS_CHANNELS.has(channel));
};
