import type { LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import { unixSeconds } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import { type RecordedAct, readRecordedAct } from '../recorded-act.ts';
import type { StatusRow } from '../status/status.ts';
import { type CertificateRow, certificateKey, unknownCertificate } from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';
import { openIssuedObjects } from './issued-objects.ts';

/**
 * The facts that decide who may act on a certificate. They come from the record of the issuance, because somebody who can
 * write to the table can change the certificate's row. Without `profile`, `tenant` and `office` where the ledger does not
 * confirm the row, or where there is none: then only operators of the service may act, and it takes two of them.
 */
export interface IssuedAs {
  readonly profile?: string;
  readonly tenant?: string;
  readonly office?: string;
  /** `keyIdentity` of the certified key. */
  readonly keyIdentity?: string;
  /** For the status row: the order, and the certificate's end in Unix seconds. */
  readonly request: string;
  readonly notAfter: number;
  /** In Unix seconds: when the issuance was recorded. notBefore is backdated. */
  readonly issuedAt?: number;
  /** Id of the record of the issuance. */
  readonly record?: string;
}

type Deps = Pick<AuthorityDeps, 'table' | 'register' | 'recorder' | 'objects'>;

export const issuanceFacts = ({
  id,
  tenant,
  office,
  time,
  details,
}: RecordedAct<LedgerRecord, 'issuance'>): IssuedAs => {
  const { profile, order, notAfter, keyIdentity } = details;
  return {
    ...(typeof profile === 'string' && { profile }),
    ...(tenant !== undefined && { tenant }),
    ...(office !== undefined && { office }),
    ...(typeof keyIdentity === 'string' && { keyIdentity }),
    request: textIn(order) ?? '',
    notAfter: unixSeconds(textIn(notAfter) ?? ''),
    issuedAt: unixSeconds(time),
    record: id,
  };
};

/**
 * Reads the record of the issuance that the object of the serial number names. A certificate that is not signed yet has no
 * object; then its row names the record. Fault: `unknown-certificate`.
 */
export const readIssuedAs = async (deps: Deps, ref: CertificateRef): Promise<IssuedAs> => {
  const object = await openIssuedObjects(deps.objects).read(ref);
  const certificate = object ? undefined : (await deps.table.get<CertificateRow>(certificateKey(ref)))?.value;
  const issuance = await readRecordedAct(deps.recorder, object?.record ?? certificate?.record, {
    kind: 'issuance',
    certificate: ref,
  });
  if (issuance) return issuanceFacts(issuance);
  // The ledger deletes the record after its time. The object of the act stays.
  const act = object && (await deps.recorder.conclusion(object.closes))?.record;
  if (act?.kind === 'issuance' && act.id === object?.record && namesCertificate(act, ref))
    return issuanceFacts(act as RecordedAct<LedgerRecord, 'issuance'>);
  if (object) return { request: object.order, notAfter: object.notAfter };
  const status: Partial<StatusRow> | undefined = (await deps.register.lookup(ref))?.value;
  if (status?.request !== undefined && status.notAfter !== undefined)
    return { request: status.request, notAfter: status.notAfter };
  if (certificate) return { request: certificate.order, notAfter: certificate.notAfter };
  throw unknownCertificate();
};

const namesCertificate = ({ certificates = [] }: LedgerRecord, { ca, serial }: CertificateRef): boolean =>
  certificates.some((one) => one.ca === ca && one.serial === serial);
