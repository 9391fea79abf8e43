import { Fault } from '../fault.ts';
import { type Der, TAG } from './der.ts';
import { tlv } from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';

declare const serialBrand: unique symbol;

/**
 * A certificate serial number (RFC 5280 4.1.2.2): positive, at most 20 content octets, written as lower-case
 * hex of its magnitude, two digits an octet and no leading zero octet. `0x31` is `31`; `0xff01` is `ff01`
 * though its DER content starts with a zero octet.
 */
export type SerialHex = string & { readonly [serialBrand]: true };

const MAX_OCTETS = 20;

/** Faults with `malformed-serial`. Takes upper-case digits too, and nothing else but plain hex. */
export const parseSerial = (text: string): SerialHex => {
  const hex = text.toLowerCase();
  const padded = hex.length % 2 === 0 ? hex : `0${hex}`;
  const octets = padded.length / 2 + (/^[89a-f]/.test(padded) ? 1 : 0);
  if (!/^[0-9a-f]+$/.test(padded) || padded.startsWith('00') || octets > MAX_OCTETS) {
    throw new Fault(
      'malformed-serial',
      'A serial number is 1 to 20 octets of hex, positive, without leading zeros.',
    );
  }
  return padded as SerialHex;
};

/** From the magnitude's octets, leading zeros dropped. Faults with `malformed-serial`. */
export const serialFromOctets = (octets: Uint8Array): SerialHex =>
  parseSerial(
    Buffer.from(octets)
      .toString('hex')
      .replace(/^(00)+/, '') || '00',
  );

export const encodeSerial = (serial: SerialHex): Der => {
  const magnitude = Buffer.from(serial, 'hex');
  return (magnitude[0] as number) & 0x80
    ? tlv(TAG.integer, Uint8Array.of(0), magnitude)
    : tlv(TAG.integer, magnitude);
};

const hexOf = (content: Uint8Array): SerialHex =>
  Buffer.from(content.subarray(content[0] === 0 ? 1 : 0)).toString('hex') as SerialHex;

/** Faults with `malformed-serial` for zero, negative and overlong serials, `malformed-der` for bad DER. */
export const readSerial = (reader: DerReader): SerialHex => {
  const content = reader.integerContent();
  const first = content[0] as number;
  if (first & 0x80) throw new Fault('malformed-serial', 'The serial number is negative.');
  if (content.length > MAX_OCTETS)
    throw new Fault('malformed-serial', 'The serial number is longer than 20 octets.');
  if (content.length === 1 && first === 0) throw new Fault('malformed-serial', 'The serial number is zero.');
  return hexOf(content);
};

/**
 * The same, and undefined for an INTEGER that no certificate can have as its serial number: zero, negative or overlong.
 * Fault: `malformed-der`.
 */
export const readSerialIfPossible = (reader: DerReader): SerialHex | undefined => {
  const content = reader.integerContent();
  const first = content[0] as number;
  const isPossible =
    (first & 0x80) === 0 && content.length <= MAX_OCTETS && (content.length > 1 || first !== 0);
  return isPossible ? hexOf(content) : undefined;
};
