import { type AuthorityCompromise, isCompromise } from '../compromise.ts';
import type { Clock } from '../ports.ts';
import { isTime } from './crls/forms.ts';
import type { Issuer } from './issuers.ts';
import type { Register } from './register.ts';

/** A CA's compromise as OCSP reads it. */
export interface ReadCompromise extends AuthorityCompromise {
  /** The version of the status row of the CA's own certificate. */
  readonly version: number;
}

/** Unix seconds. */
const timeOr = (time: unknown, now: number): number => (isTime(time) ? time : now);

/** Every process knows of a CA's compromise within this time. */
const REREAD_MS = 10_000;

/**
 * Whether a CA's key is compromised, by the status row of its own certificate: the function that answers OCSP reads rows, and
 * a row may close a door. CRLs go by the acts.
 */
export const openCompromises = ({
  register,
  clock,
}: {
  readonly register: Pick<Register, 'lookup'>;
  readonly clock: Clock;
}) => {
  const kept = new Map<string, { readonly found: ReadCompromise | undefined; readonly readAt: number }>();

  const read = async ({ id: ca, certificate }: Issuer): Promise<ReadCompromise | undefined> => {
    const row = await register.lookup({ ca, serial: certificate.serialNumber });
    // Somebody may have put a row of another form. It must not stop the answers about other certificates.
    const { state, reason, ...times }: Partial<Record<string, unknown>> = row?.value ?? {};
    if (row === undefined || state !== 'revoked' || !isCompromise(String(reason))) return undefined;
    const now = Math.floor(clock() / 1000);
    return {
      revocationTime: timeOr(times.revocationTime, now),
      since: timeOr(times.since, now),
      version: row.version,
    };
  };

  return async (issuer: Issuer): Promise<ReadCompromise | undefined> => {
    const now = clock();
    const before = kept.get(issuer.id);
    // If `readAt` is in the future, the clock was set back: the reading does not count as recent.
    if (before && now >= before.readAt && now < before.readAt + REREAD_MS) return before.found;
    const found = await read(issuer);
    kept.set(issuer.id, { found, readAt: now });
    return found;
  };
};
