import { Fault } from '../fault.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { CertificateRow } from './certificates.ts';
import type { CertificateQuery } from './contract.ts';

/** Ends of certificates, RFC 3339 in whole seconds: `from` is within, `to` is not. */
export interface Window {
  readonly from?: string;
  readonly to?: string;
}

/**
 * The ends that the query is about. Where it names none, a list begins now, and a list of expired certificates ends now. Fault:
 * `invalid-input`.
 */
export const windowOf = (
  { expiresFrom, expiresTo, status, text, order }: CertificateQuery,
  nowMs: number,
): Window => {
  const now = rfc3339(new Date(nowMs));
  const given = { from: timeOf('expiresFrom', expiresFrom), to: timeOf('expiresTo', expiresTo) };
  if (given.from !== undefined && given.to !== undefined && given.from >= given.to)
    throw new Fault('invalid-input', 'The window ends before it begins.', { path: 'expiresTo' });
  const isFromNow =
    given.from === undefined &&
    text === undefined &&
    (status === 'good' || (status !== 'expired' && order !== 'latest')) &&
    (given.to === undefined || given.to > now);
  const isToNow = status === 'expired' && (given.to === undefined || given.to > now);
  const [from, to] = [isFromNow ? now : given.from, isToNow ? now : given.to];
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};

const timeOf = (path: 'expiresFrom' | 'expiresTo', text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || ms < 0 || ms >= MAX_TIME_MS)
    throw new Fault('invalid-input', 'This is no time of RFC 3339.', { path });
  // Certificates end at whole seconds.
  return rfc3339(new Date(Math.ceil(ms / 1000) * 1000));
};

/** After the year 9999 RFC 3339 has no way to write a time. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

export const isWithin = ({ from, to }: Window, { notAfter }: CertificateRow): boolean => {
  const end = rfc3339(new Date(notAfter * 1000));
  return (from === undefined || end >= from) && (to === undefined || end < to);
};
