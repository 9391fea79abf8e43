import { Fault } from './fault.ts';
import type { CertificateRef } from './principal.ts';
import type { Value } from './store/store.ts';

/*
 * An act counts only by its record. Somebody who can write to the table can make a row say that an act took place, so each
 * room asks the ledger before it relies on one.
 */

/** The members of a record by which an act is recognised. */
interface Act {
  readonly kind: string;
  readonly actor?: string;
  readonly office?: string;
  readonly holder?: string;
  readonly certificates?: readonly CertificateRef[];
  readonly details?: Value;
}

/**
 * The contents that the record of the act must have. A member that is left out matches anything; `actor: undefined`
 * matches only a record without an actor.
 */
export interface ExpectedAct<K extends string> {
  readonly kind: K;
  readonly actor?: string | undefined;
  readonly office?: string;
  readonly holder?: string;
  /** The first certificate that the record names. */
  readonly certificate?: CertificateRef;
  /** These details, each with exactly this value. */
  readonly details?: Value;
}

/** A record that was found to record an act of kind `K`. */
export type RecordedAct<R, K extends string> = R & {
  readonly kind: K;
  readonly actor: string;
  readonly details: Value;
};

/** The record with that id, if the ledger has it with its signature and it has everything that is expected. */
export const readRecordedAct = async <R extends Act, K extends string>(
  ledger: { act(id: string): Promise<R> },
  id: string | undefined,
  expected: ExpectedAct<K>,
): Promise<RecordedAct<R, K> | undefined> => {
  const record = id === undefined ? undefined : await ifProven(ledger.act(id));
  return record !== undefined && isExpected(record, expected) ? (record as RecordedAct<R, K>) : undefined;
};

/** The record that `reading` gives. Undefined where the ledger never had it, or has deleted it. */
export const ifKept = async <R>(reading: Promise<R>): Promise<R | undefined> => {
  try {
    return await reading;
  } catch (error) {
    if (Fault.is(error, 'unknown-record') || Fault.is(error, 'record-expired')) return undefined;
    throw error;
  }
};

/** The act that was asked for; undefined where the ledger has none, or one without a good signature. */
const ifProven = async <R>(reading: Promise<R>): Promise<R | undefined> => {
  try {
    return await ifKept(reading);
  } catch (error) {
    if (Fault.is(error, 'act-not-proven')) return undefined;
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
    (!('holder' in expected) || record.holder === expected.holder) &&
    (certificate === undefined || (named?.ca === certificate.ca && named.serial === certificate.serial)) &&
    Object.entries(details).every(([name, value]) => record.details?.[name] === value)
  );
};
