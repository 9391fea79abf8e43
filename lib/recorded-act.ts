import { Fault } from './fault.ts';
import type { CertificateRef } from './principal.ts';
import type { Value } from './store/store.ts';

/*
 * An act counts only by its record. Somebody who can write to the table can make a row say that an act took place, so each
 * room asks the ledger before it relies on one.
 */

/** The members of a record that an act is recognised by. */
interface Act {
  readonly kind: string;
  readonly actor?: string;
  readonly office?: string;
  readonly certificates?: readonly CertificateRef[];
  readonly details?: Value;
}

/** What the record of the act must say. A member that is left out may be anything; one that is undefined may not. */
export interface ExpectedAct<K extends string> {
  readonly kind: K;
  readonly actor?: string | undefined;
  readonly office?: string;
  /** The first certificate that the record names. */
  readonly certificate?: CertificateRef;
  /** These details, each with exactly this value. */
  readonly details?: Value;
}

/** A record that was found to be of an act of kind `K`. */
export type RecordedAct<R, K extends string> = R & {
  readonly kind: K;
  readonly actor: string;
  readonly details: Value;
};

/** The record of that id, if the ledger has it and it says all that is expected. */
export const readRecordedAct = async <R extends Act, K extends string>(
  ledger: { get(id: string): Promise<R> },
  id: string | undefined,
  expected: ExpectedAct<K>,
): Promise<RecordedAct<R, K> | undefined> => {
  const record = id === undefined ? undefined : await ifKept(ledger.get(id));
  return record !== undefined && isExpected(record, expected) ? (record as RecordedAct<R, K>) : undefined;
};

/** The record that was asked for; undefined where the ledger never had one of that id, or has deleted it. */
export const ifKept = async <R>(reading: Promise<R>): Promise<R | undefined> => {
  try {
    return await reading;
  } catch (error) {
    if (Fault.is(error, 'unknown-record') || Fault.is(error, 'record-expired')) return undefined;
    throw error;
  }
};

const isExpected = (record: Act, expected: ExpectedAct<string>): boolean => {
  const { kind, certificate, details = {} } = expected;
  const [named] = record.certificates ?? [];
  return (
    record.kind === kind &&
    (!('actor' in expected) || record.actor === expected.actor) &&
    (!('office' in expected) || record.office === expected.office) &&
    (certificate === undefined || (named?.ca === certificate.ca && named.serial === certificate.serial)) &&
    Object.entries(details).every(([name, value]) => record.details?.[name] === value)
  );
};
