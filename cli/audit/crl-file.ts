import { hash } from 'node:crypto';
import type { ListedRevocations } from '../../lib/audit/audit.ts';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificateList, type Extension, findExtension } from '../../lib/pki/pki.ts';

export const MAX_CRL_BYTES = 64 * 1024 * 1024;

/** What a CRL says; undefined if the bytes are no CRL. The comparison of its digest finds that case. */
export const readCrl = (
  der: Uint8Array,
  partition: string,
): (ListedRevocations & { readonly number: number | undefined }) | undefined => {
  try {
    const list = decodeCertificateList(der);
    const number = findExtension(list.crlExtensions, 'cRLNumber')?.number;
    const point = findExtension(list.crlExtensions, 'issuingDistributionPoint');
    const addresses = addressesOf(point);
    const only = scopeOf(point);
    return {
      partition,
      number: number === undefined ? undefined : Number(number),
      digest: hash('sha256', der),
      thisUpdate: list.thisUpdate,
      entries: list.revokedCertificates.map((entry) => ({
        serial: entry.serialNumber as string,
        revocationTime: entry.revocationDate.getTime(),
        reason: entry.reasonCode ?? 'unspecified',
        ...(entry.invalidityDate && { invalidityDate: entry.invalidityDate.getTime() }),
      })),
      ...(addresses && { addresses }),
      ...(only && { only }),
    };
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

type Point = Extract<Extension, { readonly id: 'issuingDistributionPoint' }>;

const scopeOf = (point: Point | undefined): ListedRevocations['only'] => {
  if (point?.onlyContainsUserCerts) return 'onlyContainsUserCerts';
  return point?.onlyContainsCACerts ? 'onlyContainsCACerts' : undefined;
};

/** Undefined where there is no issuingDistributionPoint, or one without names: then it does not limit the addresses. */
const addressesOf = (point: Point | undefined): readonly string[] | undefined =>
  point?.distributionPoint?.fullName?.flatMap((name) =>
    name.kind === 'uniformResourceIdentifier' ? [name.value] : [],
  );
