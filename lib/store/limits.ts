import { Fault, type Phrase, phrase } from '../fault.ts';
import {
  type Condition,
  type Key,
  MAX_OBJECT_KEY_BYTES,
  MAX_PAGE,
  MAX_PK_BYTES,
  MAX_SK_BYTES,
  MAX_VALUE_BYTES,
  MAX_WRITE_BYTES,
  MAX_WRITES,
  type Query,
  type Write,
} from './contract.ts';

/** The limits of contract.ts. Every implementation calls the checks of this file before it sends or writes anything. */

/**
 * A write that has passed the limits. `expected` is the version that the row must have; 0 means that it must be absent.
 */
export interface CheckedWrite {
  readonly kind: 'put' | 'delete' | 'check';
  readonly key: Key;
  readonly expected: number;
  /** The value of a put as JSON; empty otherwise. */
  readonly json: string;
  readonly expires?: number;
}

/** Faults: `store-request-invalid`, `value-too-large`. */
export const checkWrites = (writes: readonly Write[]): readonly CheckedWrite[] => {
  if (writes.length < 1 || writes.length > MAX_WRITES) {
    throw invalid(phrase`A write takes 1 to ${MAX_WRITES} rows, not ${writes.length}.`);
  }
  const checked = writes.map(checkWrite);
  if (checked.length > 1) {
    const keys = new Set(checked.map(({ key }) => `${key.pk.length}:${key.pk}${key.sk}`));
    if (keys.size < checked.length) throw invalid(phrase`Each row may be named only once in one write.`);
    const bytes = checked.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
    if (bytes > MAX_WRITE_BYTES) {
      throw tooLarge(
        phrase`The values of one write are too large together; split the write.`,
        bytes,
        MAX_WRITE_BYTES,
      );
    }
  }
  return checked;
};

const checkWrite = (write: Write): CheckedWrite => {
  if ('check' in write) {
    return { kind: 'check', key: checkKey(write.check), expected: expectedBy(write.if), json: '' };
  }
  if ('delete' in write) {
    return { kind: 'delete', key: checkKey(write.delete), expected: expectedBy(write.if), json: '' };
  }
  const key = checkKey(write.put);
  const { json = JSON.stringify(write.value) } = write;
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_VALUE_BYTES) {
    throw tooLarge(
      phrase`A value is too large for one row; store large data in the bucket.`,
      bytes,
      MAX_VALUE_BYTES,
    );
  }
  const checked: CheckedWrite = { kind: 'put', key, expected: expectedBy(write.if), json };
  if (write.expires === undefined) return checked;
  if (!Number.isSafeInteger(write.expires) || write.expires < 0) {
    throw invalid(phrase`\`expires\` is a whole number of seconds since 1970.`);
  }
  return { ...checked, expires: write.expires };
};

const expectedBy = (condition: Condition): number => {
  if (condition === 'absent') return 0;
  if (!Number.isSafeInteger(condition.version) || condition.version < 1) {
    throw invalid(phrase`A version is a whole number from 1.`);
  }
  return condition.version;
};

/** Faults: `store-request-invalid`. */
export const checkKey = (key: Key): Key => {
  checkText('pk', key.pk, MAX_PK_BYTES);
  checkText('sk', key.sk, MAX_SK_BYTES);
  if (key.pk === '' || key.sk === '') throw invalid(phrase`Neither part of a key may be empty.`);
  return { pk: key.pk, sk: key.sk };
};

/** Faults: `store-request-invalid`. */
export const checkQuery = (query: Query): void => {
  checkText('pk', query.pk, MAX_PK_BYTES);
  if (query.pk === '') throw invalid(phrase`Neither part of a key may be empty.`);
  checkText('prefix', query.prefix ?? '', MAX_SK_BYTES - 1);
  checkText('from', query.from ?? '', MAX_SK_BYTES);
  checkText('to', query.to ?? '', MAX_SK_BYTES);
  checkLimit(query.limit);
};

export const checkLimit = (limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw invalid(phrase`A page's limit is 1 to ${MAX_PAGE}.`);
  }
};

/**
 * One grammar for files and S3: only characters that paths and URLs carry unescaped, and no segment that leads out of a
 * folder.
 */
export const isObjectSegment = (name: string): boolean =>
  /^[A-Za-z0-9._-]{1,255}$/.test(name) && name !== '.' && name !== '..';

/** Faults: `store-request-invalid`. */
export const checkObjectKey = (key: string): void => {
  if (key.length > MAX_OBJECT_KEY_BYTES || !key.split('/').every(isObjectSegment)) {
    throw invalid(
      phrase`An object key is made of segments of A-Z, a-z, 0-9, ".", "_" and "-", parted by "/".`,
    );
  }
};

/** Faults: `store-request-invalid`. */
export const checkObjectPrefix = (prefix: string): void => {
  if (prefix.length > MAX_OBJECT_KEY_BYTES || !/^[A-Za-z0-9._/-]*$/.test(prefix)) {
    throw invalid(phrase`An object prefix is the beginning of an object key.`);
  }
};

/** A lone surrogate has no UTF-8 form: one store would replace it, another would refuse it. */
const checkText = (name: string, text: string, maxBytes: number): void => {
  if (!text.isWellFormed()) throw invalid(phrase`\`${name}\` holds half of a surrogate pair.`);
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw invalid(phrase`\`${name}\` is longer than ${maxBytes} bytes of UTF-8.`);
  }
};

const invalid = (message: Phrase): Fault => new Fault('store-request-invalid', message);

const tooLarge = (message: Phrase, bytes: number, limit: number): Fault =>
  new Fault('value-too-large', message, { bytes, limit });

export const conditionFailed = (index: number, key: Key): Fault =>
  new Fault('condition-failed', 'The row is not as the write expected it; read it again.', { index, key });

export const objectConditionFailed = (key: string): Fault =>
  new Fault('condition-failed', 'The object is not as the put expected it; read it again.', { key });
