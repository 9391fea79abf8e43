import { type AuthorityCompromise, isCompromise } from '../compromise.ts';
import type { Clock } from '../ports.ts';
import type { Issuer } from './issuers.ts';
import type { Register } from './register.ts';

/** A CA's compromise as OCSP reads it. */
export interface ReadCompromise extends AuthorityCompromise {
  /** The version of the status row of the CA's own certificate. */
  readonly version: number;
}

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
    if (row?.value.state !== 'revoked' || !isCompromise(row.value.reason)) return undefined;
    const { revocationTime, since } = row.value;
    return { revocationTime, since, version: row.version };
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
