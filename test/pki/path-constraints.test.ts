import { describe, expect, it } from 'vitest';
import {
  constructed,
  derInteger,
  derOid,
  derSequence,
  derText,
  OID,
  primitive,
  readInhibitAnyPolicy,
  readNameConstraints,
  readPolicyConstraints,
  readPolicyMappings,
  TAG,
  tlv,
} from '../../lib/pki/pki.ts';

/** The extensions by which a CA restricts the paths below it; real ones are in PKITS (test/cli/pkits.test.ts). */
const dns = (name: string) => derText(primitive(2), name);
const subtrees = (tag: number, ...bases: readonly Uint8Array[]) =>
  tlv(constructed(tag), ...bases.map((base) => derSequence(base)));

describe('nameConstraints', () => {
  it('have permitted and excluded subtrees', () => {
    const mask = tlv(primitive(7), Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0));
    expect(
      readNameConstraints(derSequence(subtrees(0, dns('a.example'), mask), subtrees(1, dns('.b.example')))),
    ).toEqual({
      permitted: [
        { kind: 'dNSName', value: 'a.example' },
        { kind: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
      ],
      excluded: [{ kind: 'dNSName', value: '.b.example' }],
    });
  });

  it.each([
    [
      'a minimum',
      derSequence(tlv(constructed(0), derSequence(dns('a'), tlv(primitive(0), Uint8Array.of(1))))),
    ],
    ['an address without a mask', derSequence(subtrees(0, tlv(primitive(7), new Uint8Array(4))))],
    ['an empty list', derSequence(tlv(constructed(0)))],
    ['bytes behind', Buffer.concat([derSequence(subtrees(0, dns('a'))), Uint8Array.of(5, 0)])],
    ['no SEQUENCE', derInteger(1)],
  ])('with %s are refused', (_name, value) => {
    expect(() => readNameConstraints(value)).toThrow(expect.objectContaining({ code: 'malformed-der' }));
  });
});

describe('policies', () => {
  it('are constrained, mapped and inhibited by these values', () => {
    const both = derSequence(tlv(primitive(0), Uint8Array.of(0)), tlv(primitive(1), Uint8Array.of(5)));
    expect(readPolicyConstraints(both)).toEqual({ requireExplicitPolicy: 0, inhibitPolicyMapping: 5 });
    expect(readPolicyConstraints(derSequence())).toEqual({});
    const mapping = derSequence(derSequence(derOid(OID.cps), derOid(OID.anyPolicy)));
    expect(readPolicyMappings(mapping)).toEqual([
      { issuerDomainPolicy: OID.cps, subjectDomainPolicy: OID.anyPolicy },
    ]);
    expect(readInhibitAnyPolicy(derInteger(3))).toBe(3);
  });

  it('are refused where they are no such values', () => {
    const refused = expect.objectContaining({ code: 'malformed-der' });
    expect(() => readPolicyConstraints(derSequence(derInteger(0)))).toThrow(refused);
    expect(() => readPolicyMappings(derSequence())).toThrow(refused);
    expect(() => readInhibitAnyPolicy(tlv(TAG.integer, Uint8Array.of(0xff)))).toThrow(refused);
  });
});
