import { hash } from 'node:crypto';
import type { ListedRevocations } from '../../lib/audit/audit.ts';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificateList, type Extension, findExtension } from '../../lib/pki/pki.ts';

export const MAX_CRL_BYTES = 64 * 1024 * 1024;

/** What a CRL says; undefined if the bytes are no CRL. The comparison of its digest finds that case. */
export const readCrl = (
  der: Uint8Array,
): (ListedRevocations & { readonly number: number | undefined }) | undefined => {
  try {
    const list = decodeCertificateList(der);
    const number = findExtension(list.crlExtensions, 'cRLNumber')?.number;
    const addresses = addressesOf(list.crlExtensions);
    return {
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
    };
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
};

/** Undefined where there is no issuingDistributionPoint, or one without names: then it does not limit the addresses. */
const addressesOf = (extensions: readonly Extension[] | undefined): readonly string[] | undefined =>
  findExtension(extensions ?? [], 'issuingDistributionPoint')?.distributionPoint?.fullName?.flatMap((name) =>
    name.kind === 'uniformResourceIdentifier' ? [name.value] : [],
  );
