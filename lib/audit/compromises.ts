import { type AuthorityCompromise, isCompromise, underCompromise } from '../compromise.ts';
import type { Act } from './acts.ts';
import type { CertificateFacts } from './certificate-facts.ts';

/** The revocation of a CA's own certificate for a compromise: the first act that says so. Times in milliseconds. */
export interface RecordedCompromise extends Pick<AuthorityCompromise, 'revocationTime'> {
  /** When it was recorded, and the id of its record. */
  readonly time: number;
  readonly record: string;
  readonly newer: boolean;
}

export interface RevokedAuthority {
  /** When the first revocation of the CA's own certificate was recorded, in milliseconds. */
  readonly since: number;
  readonly compromise?: RecordedCompromise;
}

/** The CAs whose own certificates are revoked, by id. `known`: certificates as `{ca}/{serial}`. */
export const revokedAuthorities = (
  known: ReadonlyMap<string, CertificateFacts>,
): ReadonlyMap<string, RevokedAuthority> => {
  const found = new Map<string, RevokedAuthority>();
  for (const [certificate, { issuance, acts = [] }] of known) {
    if (issuance?.profile !== 'ca') continue;
    const revocations = acts.filter(({ kind }) => kind === 'revocation').toSorted((a, b) => a.time - b.time);
    const [first] = revocations;
    if (first === undefined) continue;
    const worse = revocations.find(({ entry }) => entry !== undefined && isCompromise(entry.reason));
    found.set(authorityOf(certificate), {
      since: first.time,
      ...(worse?.entry && { compromise: { ...worse, revocationTime: worse.entry.revocationTime } }),
    });
  }
  return found;
};

/** The CA in `{ca}/{serial}`, or in the id of one of its lists. */
export const authorityOf = (name: string): string => name.slice(0, name.indexOf('/'));

/**
 * The acts on a certificate as OCSP and CRLs have to show them (RFC 6960 2.7): from the compromise of its CA on it is revoked
 * with the CA, unless its own revocation was earlier.
 */
export const actsUnder = (
  acts: readonly Act[],
  compromise: RecordedCompromise | undefined,
): readonly Act[] => {
  if (compromise === undefined) return acts;
  const { time, record, newer } = compromise;
  const shownAfter = (act: Act | undefined): Act => ({
    kind: 'revocation',
    record,
    newer,
    time: Math.max(time, act?.time ?? time),
    entry: underCompromise(
      { state: act === undefined ? 'good' : STATES[act.kind], ...act?.entry },
      compromise,
    ),
  });
  const before = acts.filter((act) => act.time < time);
  const last = before.toSorted((a, b) => a.time - b.time).at(-1);
  const after = acts.filter((act) => act.time >= time && act.entry !== undefined);
  return [...before, shownAfter(last), ...after.map(shownAfter)];
};

const STATES = { hold: 'hold', revocation: 'revoked', release: 'good' } as const;
