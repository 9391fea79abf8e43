import type { Closes, LedgerRecord } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';
import type { Objects } from '../store/store.ts';
import type { TrustDomain } from '../trust-domain/trust-domain.ts';
import { openIssuanceRecord } from './issued-for.ts';

/**
 * The holder to whom this very certificate was issued, if its profile signs holders in. The act of the issuance binds the key, the
 * bytes and the holder. No row is read, so nobody who can write to the table signs in as somebody else. Fault:
 * `act-object-invalid`.
 */
export const openHolderOf = ({
  objects,
  outcome,
  trustDomain,
}: {
  readonly objects: Objects;
  /** The record in the object of that name, with a good signature. */
  readonly outcome: (closes: Closes) => Promise<LedgerRecord | undefined>;
  readonly trustDomain: Pick<TrustDomain, 'profiles'>;
}) => {
  const read = openIssuanceRecord(objects, outcome);
  const profiles = new Set(trustDomain.profiles.flatMap(({ id, signsIn }) => (signsIn ? [id] : [])));

  return async (shown: {
    readonly ref: CertificateRef;
    readonly keyIdentity: string;
    readonly tbsDigest: string;
  }): Promise<string | undefined> => {
    const found = await read(shown.ref);
    if (found === undefined) return undefined;
    const { keyIdentity, tbsDigest, profile } = found.issuance;
    const isSame = keyIdentity === shown.keyIdentity && tbsDigest === shown.tbsDigest;
    return isSame && profiles.has(profile) ? found.record.holder : undefined;
  };
};
