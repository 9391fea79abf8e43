import { hash } from 'node:crypto';

/** One of the demonstration's CAs whose key is P-256. */
export const CRL_CA = 'authentication-1';

const REASONS = ['keyCompromise', 'superseded', 'cessationOfOperation', 'affiliationChanged'] as const;

/** 2026-01-01. */
const FIRST = 1_767_225_600;

/** The n-th revocation, the same for this service and for openssl. Times in Unix seconds. */
export const revocationOf = (n: number) => ({
  serial: `01${hash('sha256', `revocation ${n}`).slice(0, 32)}`,
  revocationTime: FIRST + (n % 10_000_000),
  reason: REASONS[n % REASONS.length] as (typeof REASONS)[number],
  notAfter: FIRST + 5 * 366 * 86_400,
});

/** `YYMMDDHHMMSSZ`. */
const utcTime = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`;

/** The same revocation as a line of the index.txt that `openssl ca` keeps. */
export const indexLine = (n: number): string => {
  const { serial, revocationTime, reason, notAfter } = revocationOf(n);
  return `R\t${utcTime(notAfter)}\t${utcTime(revocationTime)},${reason}\t${serial.toUpperCase()}\tunknown\t/CN=${n}\n`;
};
