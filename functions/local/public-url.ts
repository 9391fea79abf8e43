import type { LocalEnv } from '../../lib/env.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';

/** The service's public URL: the one of the setting, of the trust domain's file, or of this machine. */
export const publicUrlOf = (
  { PUBLIC_URL, PORT }: Pick<LocalEnv, 'PUBLIC_URL' | 'PORT'>,
  { addresses }: Pick<TrustDomain, 'addresses'>,
): string => PUBLIC_URL ?? addresses?.[0] ?? `http://localhost:${PORT}`;
