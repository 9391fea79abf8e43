import { type Der, TAG } from './der.ts';
import { derSequence } from './der-encoder.ts';
import { DerReader } from './der-reader.ts';
import { type Attribute, encodeName, type Name, readName } from './name.ts';

/*
 * The comparison of names (RFC 5280 7.1): the text of two attribute values is prepared as RFC 4518 says, and then
 * compared. Two spellings of one name (case, white space, PrintableString or UTF8String) so are one name.
 */

/** RFC 4518 2.2: mapped to nothing. The control characters follow the spaces, which are some of them. */
const NOTHING =
  /\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u00ad\u1806\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\p{Cc}]/gu;
/** RFC 4518 2.2: mapped to SPACE. */
const SPACES = /[\t-\r\u0085\p{Z}]/gu;
/** RFC 4518 2.4: a value with one of these matches nothing but its own octets. */
const PROHIBITED = /[\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\ufffd]/u;

/** Full case folding by way of upper case (U+00DF becomes ss), character by character: no rule of context applies. */
const folded = (text: string): string =>
  Array.from(text, (character) =>
    Array.from(character.toUpperCase(), (upper) => upper.toLowerCase()).join(''),
  ).join('');

/** The prepared text (RFC 4518 2.2 to 2.6.1), or undefined where it has prohibited characters. */
const prepared = (text: string): string | undefined => {
  const mapped = text.replace(SPACES, ' ').replace(NOTHING, '');
  const normal = folded(folded(mapped.normalize('NFKC')).normalize('NFKC')).normalize('NFKC');
  return PROHIBITED.test(normal) ? undefined : normal.replace(/ +/g, ' ').replace(/^ | $/g, '');
};

/** The string types whose text `readName` decodes. A value of any other type is compared by its element. */
const TEXT: ReadonlySet<number> = new Set([
  TAG.utf8String,
  TAG.printableString,
  TAG.bmpString,
  TAG.teletexString,
  TAG.ia5String,
  TAG.numericString,
  TAG.visibleString,
]);

const known = new WeakMap<Attribute, string>();

/** Equal for two attributes that match. */
const attributeKey = (attribute: Attribute): string => {
  const before = known.get(attribute);
  if (before !== undefined) return before;
  const { type, tag, value } = attribute;
  const text = TEXT.has(tag) ? prepared(value) : undefined;
  const key = text === undefined ? `${type}=#${tag}:${value}` : `${type}=${text}`;
  known.set(attribute, key);
  return key;
};

/** Equal for two RDNs that match: the order of the attributes in their SET carries nothing. */
const rdnKey = (rdn: Name[number]): string => JSON.stringify(rdn.map(attributeKey).sort());

/** Text that is equal for two names exactly where they match (RFC 5280 7.1). */
export const nameKey = (name: Name): string => name.map(rdnKey).join();

/** Whether two names match (RFC 5280 7.1). */
export const sameName = (a: Name, b: Name): boolean =>
  a === b ||
  (a.length === b.length &&
    (Buffer.compare(encodeName(a), encodeName(b)) === 0 || nameKey(a) === nameKey(b)));

/** Whether `name` is `base`, or lies below it in the tree of names (RFC 5280 4.2.1.10). */
export const isNameWithin = (name: Name, base: Name): boolean =>
  name.length >= base.length && sameName(name.slice(0, base.length), base);

/**
 * The whole name that a nameRelativeToCRLIssuer stands for: its RDN below the CRL issuer's name (RFC 5280 4.2.1.13).
 * `relative` is the element [1]. Faults: `malformed-der`, `malformed-name`.
 */
export const nameBelow = (issuer: Name, relative: Der): Name => {
  const set = Uint8Array.from(relative);
  set[0] = TAG.set;
  return [...issuer, ...readName(new DerReader(derSequence(set)))];
};
