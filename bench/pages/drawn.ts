import { hash } from 'node:crypto';
import type { CertificateRef } from '../../lib/principal.ts';
import type { RequestState } from '../../lib/registration/registration.ts';
import { newRequestId } from '../../lib/registration/request-id.ts';
import { counterId, organisationId, personId, receiverId } from '../personal/fill.ts';
import { AUTHENTICATION, type FilledState, POSITION, SIGNATURE } from '../personal/templates.ts';

/*
 * What the n-th request is. All of it follows from its number, so that several threads fill one folder, and so that whoever asks
 * for pages knows what there is.
 */

/** One request in so many has no certificate. */
const UNISSUED_IN = 25;
const UNISSUED = [
  'submitted',
  'examined',
  'rejected',
  'withdrawn',
] as const satisfies readonly RequestState[];
/** A million certificates in 300 days, however many there are. */
const BETWEEN_MS = (300 * 86_400_000) / 1_000_000;
/** Certificates ended from some weeks ago on, and end within five years. */
const PAST_END_S = 60 * 86_400;
const FUTURE_END_S = 5 * 365 * 86_400 - 86_400;

export interface Scale {
  readonly requests: number;
  /** Milliseconds since the epoch: all was submitted before. */
  readonly until: number;
}

/** When the n-th request was submitted. */
const submittedAtOf = ({ requests, until }: Scale, n: number): number =>
  Math.floor(until - (requests - n) * BETWEEN_MS);

export const beginOf = (scale: Scale): number => submittedAtOf(scale, 0);

export const requestsFor = (certificates: number): number =>
  Math.ceil((certificates * UNISSUED_IN) / (UNISSUED_IN - 1));

/** The CA of a profile's certificates, and how their serial numbers begin. */
export type Prefixes = Readonly<Record<string, CertificateRef>>;

/** The id of a record, and what the record has beside it. */
export interface RecordName {
  readonly id: string;
  readonly time: string;
  readonly salt: string;
}

export interface Drawn {
  readonly id: string;
  readonly profile: string;
  readonly state: FilledState;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  readonly submittedBy: string;
  readonly about: { readonly holder: string; readonly issuedTo?: string };
  /** Two requests are about one person. */
  readonly person: number;
  readonly records: Readonly<Record<'issuance' | 'closing' | 'provision', RecordName>>;
  readonly certificate?: CertificateRef;
  /** Unix seconds. */
  readonly notAfter: number;
  readonly status: 'good' | 'hold' | 'revoked';
}

/** One in a hundred is revoked, of both kinds of persons' certificates; one in a thousand is on hold. */
const statusOf = (n: number): Drawn['status'] => {
  if (n % 200 === 7 || n % 200 === 108) return 'revoked';
  return n % 1000 === 13 ? 'hold' : 'good';
};

/** `chance`: 16 octets in hex. */
const recordName = (at: number, chance: string): RecordName => ({
  id: `${at.toString(16).padStart(12, '0')}0000${chance.slice(0, 16)}`,
  time: new Date(at).toISOString(),
  salt: chance,
});

export const requestOf = (scale: Scale, prefixes: Prefixes, n: number): Drawn => {
  const { until } = scale;
  const chance = hash('sha512', `request ${n}`, 'buffer');
  const submittedAt = submittedAtOf(scale, n);
  const isIssued = n % UNISSUED_IN !== UNISSUED_IN - 1;
  const isPosition = n % 100 === 50;
  const profile = isPosition ? POSITION : n % 2 === 0 ? SIGNATURE : AUTHENTICATION;
  const ofPosition = Math.floor(n / 100);
  const person = Math.floor(n / 2);
  const { ca = '', serial = '' } = prefixes[profile] ?? {};
  const status = isIssued ? statusOf(n) : 'good';
  const drawnEnd =
    Math.floor(until / 1000) -
    PAST_END_S +
    Math.floor((chance.readUInt32BE(50) / 2 ** 32) * (PAST_END_S + FUTURE_END_S));
  return {
    id: newRequestId(
      () => submittedAt,
      () => chance.subarray(0, 10),
    ),
    profile,
    state: isIssued ? 'issued' : (UNISSUED[Math.floor(n / UNISSUED_IN) % UNISSUED.length] as FilledState),
    submittedAt,
    submittedBy: counterId(chance.readUInt8(58)),
    about: isPosition
      ? { holder: organisationId(ofPosition), issuedTo: receiverId(ofPosition) }
      : { holder: personId(person) },
    person,
    records: {
      issuance: recordName(submittedAt, chance.toString('hex', 26, 42)),
      closing: recordName(submittedAt + 5_000, chance.toString('hex', 34, 50)),
      provision: recordName(submittedAt + 10_000, chance.toString('hex', 42, 58)),
    },
    ...(isIssued && { certificate: { ca, serial: serial + chance.toString('hex', 10, 26) } }),
    // No CRL lists a certificate that has ended.
    notAfter: status === 'good' ? drawnEnd : Math.max(drawnEnd, Math.floor(until / 1000) + 86_400),
    status,
  };
};
