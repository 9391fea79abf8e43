import type { Closes, LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { CertificateRef } from '../principal.ts';
import type { Objects } from '../store/store.ts';
import { issuanceOf } from './issuance-end.ts';
import { openIssuedObjects } from './issued-objects.ts';

/**
 * The act by which a certificate was issued, by objects alone: the object of the serial number says where it is. Undefined where
 * the certificate was never signed. Fault: `act-object-invalid`.
 */
export const openIssuanceRecord = (
  objects: Objects,
  outcome: (closes: Closes) => Promise<LedgerRecord | undefined>,
) => {
  const issued = openIssuedObjects(objects);
  return async (ref: CertificateRef) => {
    const object = await issued.read(ref);
    if (object === undefined || object.givenUp) return undefined;
    const record = await outcome(object.closes);
    const issuance = record && issuanceOf(record);
    if (record?.kind !== 'issuance' || issuance === undefined || record.id !== object.record)
      return undefined;
    const { ca, serial } = issuance.ref;
    return ca === ref.ca && serial === ref.serial ? { record, issuance } : undefined;
  };
};

/** The officer to whom an office gave the certificate, as the act of the issuance says. */
export interface IssuedFor {
  readonly tenant: string;
  readonly office: string;
  readonly issuedTo: string;
  readonly request: string;
}

/** Undefined where the certificate names no officer. */
export const openIssuedFor = (
  ...means: Parameters<typeof openIssuanceRecord>
): ((ref: CertificateRef) => Promise<IssuedFor | undefined>) => {
  const read = openIssuanceRecord(...means);
  return async (ref) => {
    const found = await read(ref);
    const issuedTo = textIn(found?.record.details.issuedTo);
    const { office, order: request } = found?.issuance ?? {};
    const tenant = found?.record.tenant;
    if (issuedTo === undefined || office === undefined || request === undefined || tenant === undefined)
      return undefined;
    return { tenant, office, issuedTo, request };
  };
};
