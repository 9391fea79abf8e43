import type { Der, DerReader, Oid } from './der.ts';

/** One AttributeTypeAndValue. `tag` is the string type it had or shall have, so that a name re-encodes as it was. */
export interface Attribute {
  readonly type: Oid;
  readonly tag: number;
  /** Decoded text; for a value of no known string type, the element itself in hex. */
  readonly value: string;
}

/** A Name is a SEQUENCE of RDNs, each a SET of attributes; almost always one attribute to an RDN. */
export type Name = readonly (readonly Attribute[])[];

export declare const readName: (reader: DerReader) => Name;
export declare const encodeName: (name: Name) => Der;
/** From `[['C', 'JP'], ['O', '…']]`, one RDN each; short names C, O, OU, L, ST, CN, SN, GN, serialNumber, title, DC, emailAddress, organizationIdentifier, or a dotted OID. C, serialNumber: PrintableString; DC, emailAddress: IA5String; the rest UTF8String. Lengths by RFC 5280 appendix A's upper bounds (`malformed-name`). */
export declare const buildName: (attributes: readonly (readonly [string, string])[]) => Name;
/** `C=JP, O=…, CN=…` in encoded order, RFC 4514 escapes, for people. */
export declare const formatName: (name: Name) => string;
