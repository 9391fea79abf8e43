import { Fault, type Phrase, phrase } from '../fault.ts';

/** The words of DER (X.690 clauses 8 to 11) that its reader (der-reader.ts) and its writer (der-encoder.ts) share. */
declare const derBrand: unique symbol;
declare const oidBrand: unique symbol;

/** Exactly one complete DER element. */
export type Der = Uint8Array & { readonly [derBrand]: true };

/** Dotted decimal. */
export type Oid = string & { readonly [oidBrand]: true };

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific tags: `[n]` constructed (EXPLICIT, or IMPLICIT over a constructed type) and primitive. */
export const constructed = (n: number): number => 0xa0 | n;
export const primitive = (n: number): number => 0x80 | n;

/** Marks bytes as `Der` that this service made or stored. Bytes from outside go through a decoder instead. */
export const asDer = (bytes: Uint8Array): Der => bytes as Der;

/** `why` is a noun phrase without personal data. */
export const malformedDer = (why: Phrase, at: number): Fault =>
  new Fault('malformed-der', phrase`Malformed DER: ${why}.`, { at });

export const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: IA5String is all of ASCII, control characters included
export const IA5 = /^[\x00-\x7f]*$/;
