import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  asDer,
  constructed,
  derOid,
  derSequence,
  derText,
  isNameWithin,
  type Name,
  nameBelow,
  nameKey,
  OID,
  sameName,
  TAG,
  tlv,
} from '../../lib/pki/pki.ts';

/** RFC 5280 7.1, with the preparation of RFC 4518. */
const at = (value: string, tag: number = TAG.utf8String, type = OID.CN): Attribute => ({ type, tag, value });
const name = (...attributes: readonly Attribute[]): Name => attributes.map((one) => [one]);

const match = (a: string, b: string, tagOfB: number = TAG.utf8String): boolean =>
  sameName(name(at(a)), name(at(b, tagOfB)));

describe('names match', () => {
  it('across string types, case and white space', () => {
    expect(match('Good CA', 'Good CA', TAG.printableString)).toBe(true);
    expect(match('Good CA', 'gOOD ca', TAG.bmpString)).toBe(true);
    expect(match('  Good \u3000  CA ', 'Good CA')).toBe(true);
    expect(match('Good\tCA', 'Good CA')).toBe(true);
    expect(match('GoodCA', 'Good CA')).toBe(false);
  });

  it('by full case folding, whatever the place in the word', () => {
    expect(match('Straße', 'STRASSE')).toBe(true);
    expect(match('ΟΔΟΣ', 'οδος')).toBe(true);
    expect(match('ΟΔΟΣ', 'οδοσ')).toBe(true);
  });

  it('in Normalization Form KC', () => {
    expect(match('ｆｕｌｌ　ｗｉｄｔｈ', 'full width')).toBe(true);
    expect(match('é', 'e\u0301')).toBe(true);
    expect(match('\ufa19', '\u795e')).toBe(true);
    expect(match('神', '申')).toBe(false);
  });

  it('without what RFC 4518 2.2 maps to nothing', () => {
    expect(match('Go\u00adod\u200b C\ufe0fA', 'Good CA')).toBe(true);
    expect(match('Good\u0000CA', 'GoodCA')).toBe(true);
  });

  it('only octet by octet where a character is prohibited, or the type is no text', () => {
    expect(match('Good \ue000', 'Good \ue000')).toBe(true);
    expect(match('GOOD \ue000', 'good \ue000')).toBe(false);
    const hex = name(at('040141', 0x04));
    expect(sameName(hex, name(at('040141', 0x04)))).toBe(true);
    expect(sameName(hex, name(at('040161', 0x04)))).toBe(false);
    expect(sameName(hex, name(at('040141')))).toBe(false);
  });

  it('in any order within an RDN, and in no other order of RDNs', () => {
    const [a, b] = [at('a'), at('b', TAG.utf8String, OID.OU)] as const;
    expect(sameName([[a, b]], [[b, a]])).toBe(true);
    expect(sameName([[a], [b]], [[b], [a]])).toBe(false);
    expect(sameName([[a], [b]], [[a, b]])).toBe(false);
    expect(sameName([[a]], [[a], [b]])).toBe(false);
  });

  it('not where only the attribute type differs, and never by what their text looks like together', () => {
    expect(sameName(name(at('x', TAG.utf8String, OID.CN)), name(at('x', TAG.utf8String, OID.OU)))).toBe(
      false,
    );
    expect(nameKey(name(at('a","2.5.4.3=b')))).not.toBe(nameKey([[at('a'), at('b')]]));
    expect(nameKey(name(at('a]  ,["2.5.4.3=b')))).not.toBe(nameKey(name(at('a'), at('b'))));
  });

  it('below a base, RDN by RDN', () => {
    const base = name(at('JP', TAG.printableString, OID.C), at('Org', TAG.utf8String, OID.O));
    expect(isNameWithin([...base, [at('x')]], name(at('jp', TAG.utf8String, OID.C)))).toBe(true);
    expect(isNameWithin(base, base)).toBe(true);
    expect(isNameWithin(base, [...base, [at('x')]])).toBe(false);
    expect(isNameWithin(base, [])).toBe(true);
  });

  it('relative to a CRL issuer become whole names', () => {
    const base = name(at('Org', TAG.utf8String, OID.O));
    const relative = asDer(
      tlv(constructed(1), derSequence(derOid(OID.CN), derText(TAG.utf8String, 'CRL 1'))),
    );
    expect(nameBelow(base, relative)).toEqual([...base, [at('CRL 1')]]);
    expect(() => nameBelow(base, asDer(tlv(constructed(1), Uint8Array.of(5, 0))))).toThrow(/DER/);
  });
});
