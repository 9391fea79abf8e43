import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Closes, LedgerRecord } from '../ledger/ledger.ts';
import { unixSeconds } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import { type Bytes, type CertificateRow, readIssuance } from './certificates.ts';
import type { Recorder } from './deps.ts';

/**
 * An issuance that stands in the bucket as the end of its order: these bytes, or none. What happens afterwards rests on it,
 * and never on a row.
 */
export interface IssuanceEnd {
  /** Id of the record of the issuance. */
  readonly record: string;
  readonly ref: CertificateRef;
  /** The end of the order that it is. */
  readonly closes: Closes;
  readonly order: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly tenant?: string;
  readonly office?: string;
  readonly holder?: string;
  readonly issuedTo?: string;
  /** When the certificate begins: RFC 3339, as precise as the certificate. */
  readonly notBefore: string;
  /** When it ends, in Unix seconds. */
  readonly notAfter: number;
  /** SHA-256 of the TBSCertificate, hex. */
  readonly tbsDigest: string;
  /** `keyIdentity` of the certified key. */
  readonly keyIdentity: string;
  /** Id of the record of the issuance that this one renews with the same key. */
  readonly renews?: string;
  /** RFC 3339. */
  readonly time: string;
}

/** The name of an order of the service itself: nobody submitted it, so no record opened it. */
export const ownOrder = (order: string): Closes => ({
  act: `order.${order.replaceAll(':', '.')}`,
  number: 1,
});

/** The issuance that this record is; undefined where the order ended in another way. */
export const issuanceOf = (record: LedgerRecord): IssuanceEnd | undefined => {
  if (record.kind !== 'issuance') return undefined;
  const [ref] = record.certificates ?? [];
  const { order, profile, profileVersion, notBefore, notAfter, tbsDigest, keyIdentity, renews, issuedTo } =
    record.details;
  const { act, number } = (record.details.closes ?? {}) as {
    readonly act?: unknown;
    readonly number?: unknown;
  };
  const texts = [order, profile, notBefore, notAfter, tbsDigest, keyIdentity, act];
  if (ref === undefined || typeof number !== 'number' || !texts.every((text) => typeof text === 'string')) {
    throw new Fault('act-object-invalid', 'An issuance lacks what every issuance has.', {
      record: record.id,
    });
  }
  return {
    record: record.id,
    ref,
    closes: { act: act as string, number },
    order: order as string,
    profile: profile as string,
    profileVersion: profileVersion as number,
    ...(record.tenant !== undefined && { tenant: record.tenant }),
    ...(record.office !== undefined && { office: record.office }),
    ...(record.holder !== undefined && { holder: record.holder }),
    ...(typeof issuedTo === 'string' && { issuedTo }),
    notBefore: notBefore as string,
    notAfter: unixSeconds(notAfter as string),
    tbsDigest: tbsDigest as string,
    keyIdentity: keyIdentity as string,
    ...(typeof renews === 'string' && { renews }),
    time: record.time,
  };
};

/**
 * The end that the certificate's row comes from. A row alone is no reason to sign, because somebody who can write to the
 * table can put one there: its record must be proven, must be about these bytes, and must be what ended the order. Fault:
 * `issuance-not-recorded`.
 */
export const issuanceOfRow = async (
  recorder: Pick<Recorder, 'act' | 'conclusion'>,
  ref: CertificateRef,
  row: CertificateRow,
  bytes: Bytes,
): Promise<IssuanceEnd> => {
  const record = await readIssuance(recorder, ref, row, { order: row.order, tbsDigest: tbsDigestOf(bytes) });
  const closes = record?.details.closes as Closes | undefined;
  const end = closes && (await recorder.conclusion(closes));
  const issuance = end?.record.id === row.record ? issuanceOf(end.record) : undefined;
  if (issuance === undefined) throw notRecorded(row.order, ref);
  return issuance;
};

/** Fault: `issuance-not-recorded` where the row and the bytes are not what this issuance recorded. */
export const assertRowOf = (issuance: IssuanceEnd, row: CertificateRow, bytes: Bytes): void => {
  const { record, order, tbsDigest, ref } = issuance;
  if (row.record === record && row.order === order && tbsDigestOf(bytes) === tbsDigest) return;
  throw notRecorded(order, ref);
};

const tbsDigestOf = ({ tbs }: Bytes): string => hash('sha256', Buffer.from(tbs, 'base64'));

const notRecorded = (order: string, ref: CertificateRef): Fault =>
  new Fault(
    'issuance-not-recorded',
    'The ledger lacks the issuance of this certificate; the certificate is not signed.',
    { order, ...ref },
  );
