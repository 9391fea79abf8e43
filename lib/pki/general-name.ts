import { Fault, phrase } from '../fault.ts';
import { constructed, type Der, IA5, malformedDer, type Oid, primitive } from './der.ts';
import { derOctetString, derOid, derText, tlv } from './der-encoder.ts';
import type { DerReader } from './der-reader.ts';
import { encodeName, type Name, readName } from './name.ts';

/** GeneralName (RFC 5280 4.2.1.6). */
export type GeneralName =
  /** `value` is the element inside the [0] EXPLICIT tag. */
  | { readonly kind: 'otherName'; readonly type: Oid; readonly value: Der }
  | { readonly kind: 'rfc822Name'; readonly value: string }
  | { readonly kind: 'dNSName'; readonly value: string }
  | { readonly kind: 'directoryName'; readonly value: Name }
  | { readonly kind: 'uniformResourceIdentifier'; readonly value: string }
  /** 4 or 16 octets. Only name constraints have 8 or 32: an address with its mask. */
  | { readonly kind: 'iPAddress'; readonly value: Uint8Array }
  | { readonly kind: 'registeredID'; readonly value: Oid }
  /** x400Address, ediPartyName: the whole element, kept as it is. */
  | { readonly kind: 'other'; readonly value: Der };

const NAME_TAG = {
  otherName: constructed(0),
  rfc822Name: primitive(1),
  dNSName: primitive(2),
  x400Address: constructed(3),
  directoryName: constructed(4),
  ediPartyName: constructed(5),
  uniformResourceIdentifier: primitive(6),
  iPAddress: primitive(7),
  registeredID: primitive(8),
} as const;

const readOtherName = (reader: DerReader): GeneralName => {
  const otherName = reader.into(NAME_TAG.otherName);
  const type = otherName.oid();
  const explicit = otherName.into(constructed(0));
  const value = explicit.der();
  explicit.finish();
  otherName.finish();
  return { kind: 'otherName', type, value };
};

const readDirectoryName = (reader: DerReader): GeneralName => {
  // Name is a CHOICE, so its tag is EXPLICIT (X.680 31.2.7).
  const explicit = reader.into(NAME_TAG.directoryName);
  const value = readName(explicit);
  explicit.finish();
  return { kind: 'directoryName', value };
};

const isAddress = (value: Uint8Array): boolean => value.length === 4 || value.length === 16;

const readAddress = (reader: DerReader): GeneralName => {
  const at = reader.offset;
  const value = reader.content(NAME_TAG.iPAddress);
  if (!isAddress(value)) throw malformedDer(phrase`an iPAddress that is not 4 or 16 octets`, at);
  return { kind: 'iPAddress', value };
};

/** Faults: `malformed-der`, `malformed-name`. */
export const readGeneralName = (reader: DerReader): GeneralName => {
  const tag = reader.peek();
  switch (tag) {
    case NAME_TAG.otherName:
      return readOtherName(reader);
    case NAME_TAG.rfc822Name:
      return { kind: 'rfc822Name', value: reader.ascii(tag, IA5) };
    case NAME_TAG.dNSName:
      return { kind: 'dNSName', value: reader.ascii(tag, IA5) };
    case NAME_TAG.directoryName:
      return readDirectoryName(reader);
    case NAME_TAG.uniformResourceIdentifier:
      return { kind: 'uniformResourceIdentifier', value: reader.ascii(tag, IA5) };
    case NAME_TAG.iPAddress:
      return readAddress(reader);
    case NAME_TAG.registeredID:
      return { kind: 'registeredID', value: reader.oid(tag) };
    case NAME_TAG.x400Address:
    case NAME_TAG.ediPartyName:
      return { kind: 'other', value: reader.der() };
    default:
      throw malformedDer(phrase`a GeneralName of none of its nine kinds`, reader.offset);
  }
};

/** Faults: `malformed-name`, `invalid-input` for text that is not ASCII or an address that is not 4 or 16 octets. */
export const encodeGeneralName = (name: GeneralName): Der => {
  switch (name.kind) {
    case 'otherName':
      return tlv(NAME_TAG.otherName, derOid(name.type), tlv(constructed(0), name.value));
    case 'directoryName':
      return tlv(NAME_TAG.directoryName, encodeName(name.value));
    case 'iPAddress':
      if (!isAddress(name.value)) {
        throw new Fault('invalid-input', 'An iPAddress has 4 octets (version 4) or 16 (version 6).');
      }
      return derOctetString(name.value, NAME_TAG.iPAddress);
    case 'registeredID':
      return derOid(name.value, NAME_TAG.registeredID);
    case 'other':
      return name.value;
    default:
      return derText(NAME_TAG[name.kind], name.value);
  }
};

/** GeneralNames, under a SEQUENCE tag or an IMPLICIT one; at least one name. */
export const readGeneralNames = (reader: DerReader, tag: number): readonly GeneralName[] => {
  const at = reader.offset;
  const names: GeneralName[] = [];
  for (const list = reader.into(tag); !list.done; ) names.push(readGeneralName(list));
  if (names.length === 0) throw malformedDer(phrase`GeneralNames without a name`, at);
  return names;
};

export const encodeGeneralNames = (names: readonly GeneralName[], tag: number): Der =>
  tlv(tag, ...names.map(encodeGeneralName));
