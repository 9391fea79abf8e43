import type { LedgerRecord } from '../ledger/ledger.ts';

/**
 * The identity of the key that an issuance certified: two certificates have the same key if this is the same. Undefined
 * where the record does not say it. This is the only place that knows which member it is.
 */
export const keyOf = (record: LedgerRecord): string | undefined => {
  if (record.kind === 'provision') return undefined;
  const { keyIdentity, publicKeyDigest } = record.details;
  const key = keyIdentity ?? publicKeyDigest;
  return typeof key === 'string' ? key : undefined;
};
