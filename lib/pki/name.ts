import { Fault, type Phrase, phrase } from '../fault.ts';
import { type Der, IA5, malformedDer, type Oid, PRINTABLE, TAG } from './der.ts';
import { derOid, derSequence, derSetOf, derText, tlv } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import { isOid } from './oid.ts';
import { OID } from './oids.ts';

/**
 * One AttributeTypeAndValue. `tag` is the string type that was read or is to be written, so that a name re-encodes
 * unchanged.
 */
export interface Attribute {
  readonly type: Oid;
  readonly tag: number;
  /** Decoded text. Where the value has no known string type: the whole element in hex. */
  readonly value: string;
}

/** A Name is a SEQUENCE of RDNs, each a SET of attributes; almost always one attribute to an RDN. */
export type Name = readonly (readonly Attribute[])[];

/* Bytes ---------------------------------------------------------------------------------------------------- */

const SURROGATE = /[\ud800-\udfff]/;

const readBmp = (reader: DerReader): string => {
  const at = reader.offset;
  const content = Buffer.from(reader.content(TAG.bmpString));
  if (content.length % 2 === 1) throw malformedDer(phrase`a BMPString of an odd number of octets`, at);
  const text = content.swap16().toString('utf16le');
  if (SURROGATE.test(text)) throw malformedDer(phrase`a BMPString with surrogates`, at);
  return text;
};

/**
 * String types of one octet to a character. TeletexString is taken as Latin-1: its writers meant that, and its octets
 * survive.
 */
const CHARACTERS: ReadonlyMap<number, RegExp> = new Map([
  [TAG.printableString, PRINTABLE],
  [TAG.ia5String, IA5],
  [TAG.numericString, /^[0-9 ]*$/],
  [TAG.visibleString, /^[\x20-\x7e]*$/],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every octet
  [TAG.teletexString, /^[\x00-\xff]*$/],
]);

/** UniversalString is not in use. It counts as a value of no string type and stays hex. */
const isText = (tag: number): boolean =>
  tag === TAG.utf8String || tag === TAG.bmpString || CHARACTERS.has(tag);

const readValue = (reader: DerReader, tag: number): string => {
  if (tag === TAG.utf8String) return reader.utf8();
  if (tag === TAG.bmpString) return readBmp(reader);
  const characters = CHARACTERS.get(tag);
  return characters ? reader.ascii(tag, characters) : Buffer.from(reader.der()).toString('hex');
};

const readAttribute = (reader: DerReader): Attribute => {
  const attribute = reader.sequence();
  const type = attribute.oid();
  const tag = attribute.peek() ?? 0;
  const value = readValue(attribute, tag);
  attribute.finish();
  return { type, tag, value };
};

/** Far above any name in use. Without the limit a CRL of many megabytes could consist of its name alone. */
const MAX_ATTRIBUTES = 128;

/**
 * Reads a Name (RFC 5280 4.1.2.4). The upper bounds of lengths are not checked here, because certificates of other CAs
 * exceed them. Faults: `malformed-der`; `malformed-name` for an RDN that is empty or has an attribute type twice (X.501
 * 9.3), and for more than 128 attributes.
 */
export const readName = (reader: DerReader): Name => {
  const rdns: Attribute[][] = [];
  let count = 0;
  for (const sequence = reader.sequence(); !sequence.done; ) {
    const rdn: Attribute[] = [];
    for (const set = sequence.setOf(); !set.done; ) rdn.push(readAttribute(set));
    count += rdn.length;
    if (count > MAX_ATTRIBUTES) {
      throw new Fault('malformed-name', phrase`A name has more than ${MAX_ATTRIBUTES} attributes.`);
    }
    if (rdn.length === 0) throw new Fault('malformed-name', 'A relative distinguished name is empty.');
    if (rdn.length > 1 && new Set(rdn.map(({ type }) => type)).size < rdn.length) {
      throw new Fault('malformed-name', 'A relative distinguished name has one attribute type twice.');
    }
    rdns.push(rdn);
  }
  return rdns;
};

const unfit = (why: Phrase): Fault => new Fault('malformed-name', phrase`An attribute value ${why}.`);

const encodeValue = ({ tag, value }: Attribute): Der => {
  if (tag === TAG.bmpString) {
    if (SURROGATE.test(value)) throw unfit(phrase`has characters that a BMPString cannot hold`);
    return tlv(tag, Buffer.from(value, 'utf16le').swap16());
  }
  if (isText(tag)) {
    const fits = tag === TAG.utf8String ? value.isWellFormed() : CHARACTERS.get(tag)?.test(value);
    if (!fits) throw unfit(phrase`has characters that its string type cannot hold`);
    return derText(tag, value);
  }
  const bytes = Buffer.from(value, 'hex');
  if (bytes.length * 2 !== value.length || bytes[0] !== tag) {
    throw unfit(phrase`of no string type is not its DER element in hex`);
  }
  return DerReader.whole(bytes, bytes.length).der();
};

/** A CA's name goes into each of its certificates, and a subject is encoded several times on its way into one. */
const encoded = new WeakMap<Name, Der>();

/**
 * The DER of a Name. A name from `readName` encodes to the bytes that were read. Do not write to them: they are shared.
 * Faults: `malformed-name` where an attribute made by hand has a value that does not fit its tag, `malformed-der` where it
 * has hex that is no element.
 */
export const encodeName = (name: Name): Der => {
  const known = encoded.get(name);
  if (known !== undefined) return known;
  const der = derSequence(...name.map((rdn) => derSetOf(...rdn.map(encodeAttribute))));
  encoded.set(name, der);
  return der;
};

const encodeAttribute = (attribute: Attribute): Der =>
  derSequence(derOid(attribute.type), encodeValue(attribute));

/* Building ------------------------------------------------------------------------------------------------- */

/** String type and upper bound in characters (RFC 5280 appendix A). */
const ATTRIBUTES = {
  C: { tag: TAG.printableString, bound: 2 },
  O: { tag: TAG.utf8String, bound: 64 },
  OU: { tag: TAG.utf8String, bound: 64 },
  L: { tag: TAG.utf8String, bound: 128 },
  ST: { tag: TAG.utf8String, bound: 128 },
  CN: { tag: TAG.utf8String, bound: 64 },
  SN: { tag: TAG.utf8String, bound: 32_768 },
  GN: { tag: TAG.utf8String, bound: 32_768 },
  serialNumber: { tag: TAG.printableString, bound: 64 },
  title: { tag: TAG.utf8String, bound: 64 },
  // One DNS label (RFC 4519 2.4, RFC 1034 3.1); appendix A gives no bound.
  DC: { tag: TAG.ia5String, bound: 63 },
  emailAddress: { tag: TAG.ia5String, bound: 255 },
  // X.520 gives organizationIdentifier no bound, and unknown types have none either; ub-name serves for both.
  organizationIdentifier: { tag: TAG.utf8String, bound: 32_768 },
} as const;
type AttributeName = keyof typeof ATTRIBUTES;

/** Attribute names by short name and by object identifier. */
const NAMES: ReadonlyMap<string, AttributeName> = new Map(
  (Object.keys(ATTRIBUTES) as AttributeName[]).flatMap((name): [string, AttributeName][] => [
    [name, name],
    [OID[name], name],
  ]),
);

/** Characters that a reader of the name cannot see or that turn its order around. Variation selectors of ideographs are not among them. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\ufeff]/u;

const buildAttribute = (given: string, value: string): Attribute => {
  const known = NAMES.get(given);
  const refuse = (why: Phrase): Fault =>
    new Fault(
      'malformed-name',
      known === undefined
        ? phrase`The attribute of that object identifier ${why}.`
        : phrase`The attribute ${known} ${why}.`,
      { attribute: known ?? given },
    );
  const type = known === undefined ? given : OID[known];
  if (!isOid(type)) {
    throw new Fault('malformed-name', 'An attribute is named by its short name or a dotted identifier.');
  }
  const { tag, bound } = known === undefined ? { tag: TAG.utf8String, bound: 32_768 } : ATTRIBUTES[known];
  if (value === '') throw refuse(phrase`is empty; leave it out instead`);
  if (!value.isWellFormed() || INVISIBLE.test(value))
    throw refuse(phrase`has control or invisible characters`);
  // RFC 5280 7.1 ignores outer white space when it compares, so two names of different bytes would be one name.
  if (value.trim() !== value) throw refuse(phrase`begins or ends with white space`);
  if ([...value].length > bound) throw refuse(phrase`is longer than ${bound} characters`);
  if (known === 'C' && !/^[A-Z]{2}$/.test(value))
    throw refuse(phrase`is not a country code of two upper-case letters`);
  if (tag === TAG.printableString && !PRINTABLE.test(value))
    throw refuse(phrase`has characters beyond letters, digits, space and '()+,-./:=?`);
  if (tag === TAG.ia5String && !IA5.test(value)) throw refuse(phrase`has characters beyond ASCII`);
  return { type, tag, value };
};

/**
 * Builds a name from `[['C', 'JP'], ['O', '…']]`, one RDN for each pair. A type is a short name (C, O, OU, L, ST, CN,
 * SN, GN, serialNumber, title, DC, emailAddress, organizationIdentifier) or a dotted OID. C and serialNumber become
 * PrintableString, DC and emailAddress IA5String, all others UTF8String. RFC 5280 appendix A bounds the lengths, in
 * characters. Fault: `malformed-name`, which names the attribute and never its value.
 *
 * Text is not put into Normalization Form C. NFC replaces the CJK compatibility ideographs, in which many Japanese
 * family names are registered (U+FA19 would become U+795E), and so would change a person's name.
 */
export const buildName = (attributes: readonly (readonly [string, string])[]): Name =>
  attributes.map(([given, value]) => [buildAttribute(given, value)]);

/* For people ----------------------------------------------------------------------------------------------- */

const hexEscape = (text: string): string =>
  Buffer.from(text, 'utf8').toString('hex').replace(/../g, '\\$&').toUpperCase();

const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu');

/** RFC 4514 2.4. Invisible characters are escaped as well, so that a foreign name cannot disguise itself. */
const escapeValue = (value: string): string =>
  value.replace(/^[ #]|[",+;<>\\]| $/g, '\\$&').replace(ALL_INVISIBLE, hexEscape);

const formatAttribute = ({ type, tag, value }: Attribute): string =>
  `${NAMES.get(type) ?? type}=${isText(tag) ? escapeValue(value) : `#${value}`}`;

/**
 * `C=JP, O=…, CN=…` for people: RFC 4514's escapes, but in encoded order, with a space after each comma. Attributes
 * without a short name show their text as well. Never compare or parse the result: names are compared as DER.
 */
export const formatName = (name: Name): string =>
  name.map((rdn) => rdn.map(formatAttribute).join('+')).join(', ');
