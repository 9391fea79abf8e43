import type { Closes, LedgerRecord } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';
import type { Objects } from '../store/store.ts';
import type { TrustDomain } from '../trust-domain/trust-domain.ts';
import { issuanceOf } from './issuance-end.ts';
import { openIssuedObjects } from './issued-objects.ts';

/**
 * The holder to whom this very certificate was issued, if its profile signs holders in. The object of the serial number says
 * where the act of the issuance is, and the act binds the key, the bytes and the holder. No row is read, so nobody who can write
 * to the table signs in as somebody else. Fault: `act-object-invalid`.
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
  const issued = openIssuedObjects(objects);
  const profiles = new Set(trustDomain.profiles.flatMap(({ id, signsIn }) => (signsIn ? [id] : [])));

  return async (shown: {
    readonly ref: CertificateRef;
    readonly keyIdentity: string;
    readonly tbsDigest: string;
  }): Promise<string | undefined> => {
    const object = await issued.read(shown.ref);
    if (object === undefined || object.givenUp) return undefined;
    const record = await outcome(object.closes);
    const issuance = record && issuanceOf(record);
    if (record?.kind !== 'issuance' || issuance === undefined) return undefined;
    const { ref, keyIdentity, tbsDigest, profile } = issuance;
    const isOfIt = ref.ca === shown.ref.ca && ref.serial === shown.ref.serial && record.id === object.record;
    const isSame = keyIdentity === shown.keyIdentity && tbsDigest === shown.tbsDigest;
    return isOfIt && isSame && profiles.has(profile) ? record.holder : undefined;
  };
};
