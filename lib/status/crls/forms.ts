import { ENTRY_REASONS, type SerialHex } from '../../pki/pki.ts';
import type { CurrentCrl } from '../deps.ts';
import type { RevokedRow } from '../register.ts';

/** As the encoder of entries has it: 20 octets at most with the one that keeps the number positive. */
export const isSerial = (text: string): text is SerialHex =>
  /^(?!00)(?:(?:[0-9a-f]{2}){1,19}|[0-7][0-9a-f]{39})$/.test(text);

const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

export const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_SECOND;

/** Whether it can be an entry: somebody may have put a row of another form. */
export const isRow = (value: object): value is RevokedRow => {
  const { revocationTime, reason, invalidityDate, notAfter }: Partial<RevokedRow> = value;
  return (
    isTime(revocationTime) &&
    isTime(notAfter) &&
    (invalidityDate === undefined || isTime(invalidityDate)) &&
    (ENTRY_REASONS as readonly unknown[]).includes(reason)
  );
};

/** Whether it can be the row of a current CRL, which is signed into OCSP answers and served. */
export const isCurrentCrl = (row: Partial<CurrentCrl>): boolean =>
  Number.isSafeInteger(row.number) && (row.number ?? 0) > 0 && isTime(row.thisUpdate);
