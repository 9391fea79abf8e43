import { hash } from 'node:crypto';
import type { Json } from '../store/store.ts';

/**
 * The canonical bytes of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space. Records
 * hold only integers that JavaScript prints without an exponent, so RFC 8785 3.2.2.3 asks nothing further.
 */
export const canonicalJson = (value: Json): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const key of sortedKeys(value)) {
    const member = value[key];
    if (member !== undefined) members += `${members && ','}${nameOf(key)}${canonicalJson(member)}`;
  }
  return `{${members}}`;
};

const sortedKeys = (value: object): readonly string[] => {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  }
  return keys;
};

/** Records have few member names, and each is written many times. */
const names = new Map<string, string>();
const MAX_NAMES = 1000;

const nameOf = (key: string): string => {
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = `${JSON.stringify(key)}:`;
  if (names.size < MAX_NAMES) names.set(key, name);
  return name;
};

const isArray = (value: object): value is readonly Json[] => Array.isArray(value);

/** SHA-256 of the bytes, lower-case hex. */
export const digestHex = (bytes: Uint8Array | string): string => hash('sha256', bytes, 'hex');
