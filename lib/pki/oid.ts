import { Fault, phrase } from '../fault.ts';
import { malformedDer, type Oid } from './der.ts';

/** The limit for the octets of the content, and for the characters of the dotted form. */
const MAX_OID = 128;

/** The object identifier with these content octets (X.690 8.19). Fault: `malformed-der`. */
export const decodeOid = (content: Uint8Array, at: number): Oid => {
  if (content.length === 0 || content.length > MAX_OID) throw malformedDer(phrase`an OBJECT IDENTIFIER`, at);
  if (((content[content.length - 1] as number) & 0x80) !== 0)
    throw malformedDer(phrase`an OBJECT IDENTIFIER cut short`, at);
  let text = '';
  for (let start = 0; start < content.length; ) {
    if (content[start] === 0x80)
      throw malformedDer(phrase`an OBJECT IDENTIFIER arc not in its shortest form`, at);
    let end = start + 1;
    while (((content[end - 1] as number) & 0x80) !== 0) end++;
    text += start === 0 ? firstArcs(content, end) : `.${readArc(content, start, end)}`;
    start = end;
  }
  return text as Oid;
};

/** Seven octets of seven bits stay below 2^53, so a number can hold them. Nearly all arcs are that short. */
const SMALL_ARC_OCTETS = 7;

const readArc = (content: Uint8Array, start: number, end: number): number | bigint => {
  if (end - start <= SMALL_ARC_OCTETS) {
    let arc = 0;
    for (let i = start; i < end; i++) arc = arc * 128 + ((content[i] as number) & 0x7f);
    return arc;
  }
  let arc = 0n;
  for (let i = start; i < end; i++) arc = (arc << 7n) | BigInt((content[i] as number) & 0x7f);
  return arc;
};

/** X.690 8.19.4: the first subidentifier holds two arcs, root x 40 + second. */
const firstArcs = (content: Uint8Array, end: number): string => {
  const head = readArc(content, 0, end);
  if (head < 40) return `0.${head}`;
  if (head < 80) return `1.${Number(head) - 40}`;
  return `2.${typeof head === 'number' ? head - 80 : head - 80n}`;
};

/** Certificates repeat a few identifiers. Foreign input can bring others, so the memory is bounded. */
const encoded = new Map<Oid, Uint8Array>();
const MAX_ENCODED = 256;

/** The content octets of an OBJECT IDENTIFIER (X.690 8.19). Do not write to them: they are shared. */
export const encodeOid = (oid: Oid): Uint8Array => {
  const known = encoded.get(oid);
  if (known !== undefined) return known;
  const octets = octetsOf(oid);
  if (encoded.size < MAX_ENCODED) encoded.set(oid, octets);
  return octets;
};

const octetsOf = (oid: Oid): Uint8Array => {
  const octets: number[] = [];
  const second = oid.indexOf('.') + 1;
  let more = Number(oid.slice(0, second - 1)) * 40;
  for (let start = second; start > 0; more = 0) {
    const end = oid.indexOf('.', start);
    pushArc(octets, end < 0 ? oid.slice(start) : oid.slice(start, end), more);
    start = end + 1;
  }
  return Uint8Array.from(octets);
};

/** Fifteen digits, plus at most 80, stay below 2^53. */
const SMALL_ARC_DIGITS = 15;

/** Appends `arc + more` in base 128, most significant first. */
const pushArc = (octets: number[], arc: string, more: number): void => {
  if (arc.length <= SMALL_ARC_DIGITS) {
    const value = Number(arc) + more;
    let unit = 1;
    while (value >= unit * 128) unit *= 128;
    for (; unit > 1; unit /= 128) octets.push((Math.floor(value / unit) % 128) | 0x80);
    octets.push(value % 128);
    return;
  }
  const groups: number[] = [];
  for (let left = BigInt(arc) + BigInt(more); left > 0n; left >>= 7n) groups.push(Number(left & 0x7fn));
  for (let i = groups.length - 1; i > 0; i--) octets.push((groups[i] as number) | 0x80);
  octets.push(groups[0] as number);
};

/**
 * Whether the text is a well-formed dotted OID (X.660: root 0 to 2, second arc below 40 under roots 0 and 1). It has at
 * most 128 characters, so its encoding never has more octets than the reader takes.
 */
export const isOid = (text: string): text is Oid =>
  text.length <= MAX_OID && /^([01]\.[1-3]?\d|2\.(0|[1-9]\d*))(\.(0|[1-9]\d*))*$/.test(text);

/** A dotted OID from outside. Fault: `invalid-input`. */
export const parseOid = (text: string): Oid => {
  if (!isOid(text)) {
    throw new Fault('invalid-input', 'An object identifier is written as dotted decimal, like 2.5.4.3.');
  }
  return text;
};
