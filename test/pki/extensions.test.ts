import * as asn1js from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { decodeCertificate, MAX_CERTIFICATE_BYTES } from '../../lib/pki/certificate.ts';
import { asDer, TAG } from '../../lib/pki/der.ts';
import {
  derBoolean,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { type Extension, KEY_USAGES } from '../../lib/pki/extension-bodies.ts';
import { encodeExtensions, findExtension, readExtensions } from '../../lib/pki/extensions.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { decodePem } from '../../lib/pki/pem.ts';
import { BODIES, EVERY_KIND, extensionsOf } from './arbitraries.ts';
import { mutated, valueOrFault } from './mutation.ts';
import { NO_REAL_CAS, REAL_CAS } from './real-ca.ts';

const read = (bytes: Uint8Array): readonly Extension[] => {
  const reader = new DerReader(bytes);
  const extensions = readExtensions(reader, 'malformed-certificate');
  reader.finish();
  return extensions;
};

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Extensions with a single member, whose value is given in hex. */
const holding = (oid: string, value: string, critical?: boolean): Uint8Array =>
  derSequence(
    derSequence(
      derOid(parseOid(oid)),
      ...(critical === undefined ? [] : [derBoolean(critical)]),
      derOctetString(hex(value)),
    ),
  );

const refused = (code: string) => expect.objectContaining({ name: 'Fault', code });

describe.skipIf(NO_REAL_CAS)('extensions of Japanese government CAs', () => {
  it.each(REAL_CAS)('$file encodes to the same bytes', ({ pem }) => {
    const { der, extensions } = decodeCertificate(decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES));
    expect(extensions.filter(({ id }) => id === 'other')).toEqual([]);
    expect(Buffer.from(der).includes(Buffer.from(encodeExtensions(extensions)))).toBe(true);
    expect(findExtension(extensions, 'keyUsage')?.usages).toEqual(['keyCertSign', 'cRLSign']);
  });

  it('gives the Japanese directoryNames of JPKI', () => {
    const pem = REAL_CAS.find(({ file }) => file === 'jpki-sign-ca-2023.pem')?.pem ?? '';
    const { extensions } = decodeCertificate(decodePem('CERTIFICATE', pem, MAX_CERTIFICATE_BYTES));
    const [name] = findExtension(extensions, 'subjectAltName')?.names ?? [];
    const values = name?.kind === 'directoryName' ? name.value.map(([attribute]) => attribute?.value) : [];
    expect(values).toEqual([
      'JP',
      '公的個人認証サービス',
      '公的個人認証サービス署名用',
      '地方公共団体情報システム機構',
    ]);
    expect(findExtension(extensions, 'cRLDistributionPoints')?.points).toHaveLength(1);
  });
});

describe('every kind of extension', () => {
  it.each(EVERY_KIND)('%s reads as it was written, and writes as it was read', (kind) => {
    fc.assert(
      fc.property(BODIES[kind], fc.boolean(), (body, critical) => {
        const bytes = encodeExtensions([{ ...body, critical }]);
        const extensions = read(bytes);
        expect(extensions).toEqual([{ ...body, critical }]);
        expect(encodeExtensions(extensions)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('several keep their order', () => {
    fc.assert(
      fc.property(extensionsOf(EVERY_KIND, { minLength: 1, maxLength: 8 }), (extensions) => {
        expect(read(encodeExtensions(extensions))).toEqual(extensions);
      }),
    );
  });
});

describe('pkijs reads what is written', () => {
  const parsed = (extension: Extension): { extension: pkijs.Extension; value: unknown } => {
    const schema = asn1js.fromBER(encodeExtensions([extension])).result;
    const [first] = new pkijs.Extensions({ schema }).extensions as [pkijs.Extension];
    expect(first.critical).toBe(extension.critical);
    return { extension: first, value: first.parsedValue };
  };
  /**
   * pkijs reads x400Address and ediPartyName only as primitive elements, but both are always constructed. It wants a SET
   * inside nameRelativeToCRLIssuer, but the tag of that member is IMPLICIT.
   */
  const known = (body: unknown): boolean =>
    !/"kind":"other"|nameRelative/.test(
      JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    );
  const each = (kind: (typeof EVERY_KIND)[number], check: (extension: never, value: never) => void): void =>
    fc.assert(
      fc.property(BODIES[kind].filter(known), fc.boolean(), (body, critical) => {
        const extension = { ...body, critical };
        check(extension as never, parsed(extension).value as never);
      }),
      { numRuns: 50 },
    );

  it('basicConstraints', () => {
    each(
      'basicConstraints',
      (ours: Extension & { id: 'basicConstraints' }, theirs: pkijs.BasicConstraints) => {
        const path = theirs.pathLenConstraint;
        // Above 23 bits it gives the element instead of a number.
        const length = path instanceof asn1js.Integer ? Number(path.toBigInt()) : path;
        expect([theirs.cA, length]).toEqual([ours.cA, ours.pathLenConstraint]);
      },
    );
  });

  it('keyUsage', () => {
    each('keyUsage', (ours: Extension & { id: 'keyUsage' }, theirs: asn1js.BitString) => {
      const octets = theirs.valueBlock.valueHexView;
      const usages = KEY_USAGES.filter((_, bit) => (octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7)));
      expect(usages).toEqual(ours.usages);
    });
  });

  it('subjectAltName and authorityInfoAccess', () => {
    const kinds = { 1: 'rfc822Name', 2: 'dNSName', 6: 'uniformResourceIdentifier' } as Record<number, string>;
    const agree = (ours: { kind: string; value?: unknown }, theirs: pkijs.GeneralName): void => {
      if (!(theirs.type in kinds)) return;
      expect([kinds[theirs.type], theirs.value]).toEqual([ours.kind, ours.value]);
    };
    each('subjectAltName', (ours: Extension & { id: 'subjectAltName' }, theirs: pkijs.AltName) => {
      expect(theirs.altNames).toHaveLength(ours.names.length);
      for (const [i, name] of theirs.altNames.entries()) agree(ours.names[i] as never, name);
    });
    each(
      'authorityInfoAccess',
      (ours: Extension & { id: 'authorityInfoAccess' }, theirs: pkijs.InfoAccess) => {
        for (const [i, { accessMethod, accessLocation }] of theirs.accessDescriptions.entries()) {
          expect(accessMethod).toBe(ours.accesses[i]?.method);
          agree(ours.accesses[i]?.location as never, accessLocation);
        }
      },
    );
  });

  it('authorityKeyIdentifier', () => {
    each(
      'authorityKeyIdentifier',
      (ours: Extension & { id: 'authorityKeyIdentifier' }, theirs: pkijs.AuthorityKeyIdentifier) => {
        const key = theirs.keyIdentifier && new Uint8Array(theirs.keyIdentifier.valueBlock.valueHexView);
        expect(key).toEqual(ours.keyIdentifier);
        const serial = theirs.authorityCertSerialNumber?.valueBlock.valueHexView;
        expect(serial && Buffer.from(serial).toString('hex').replace(/^00/, '')).toBe(
          ours.authorityCertSerialNumber,
        );
      },
    );
  });

  it('issuingDistributionPoint', () => {
    each(
      'issuingDistributionPoint',
      (ours: Extension & { id: 'issuingDistributionPoint' }, theirs: pkijs.IssuingDistributionPoint) => {
        expect([
          theirs.onlyContainsUserCerts,
          theirs.onlyContainsCACerts,
          theirs.indirectCRL,
          theirs.onlyContainsAttributeCerts,
        ]).toEqual([
          ours.onlyContainsUserCerts ?? false,
          ours.onlyContainsCACerts ?? false,
          ours.indirectCRL ?? false,
          ours.onlyContainsAttributeCerts ?? false,
        ]);
      },
    );
  });
});

describe('refusals', () => {
  const EE = '2.5.29.19';
  it.each([
    ['critical FALSE written out', holding(EE, '3000', false)],
    ['cA FALSE written out', holding(EE, '3003 010100')],
    ['cA TRUE as 01', holding(EE, '3003 010101')],
    ['a negative pathLenConstraint', holding(EE, '3006 0101ff 0201ff')],
    ['more than basicConstraints has', holding(EE, '3006 0101ff 0400')],
    ['octets after the value', holding(EE, '3000 00')],
    ['keyUsage of no bits', holding('2.5.29.15', '030100')],
    ['keyUsage of zero bits', holding('2.5.29.15', '03020700')],
    ['keyUsage with a trailing zero bit', holding('2.5.29.15', '03020080')],
    ['keyUsage with unused bits set', holding('2.5.29.15', '03020781')],
    ['keyUsage with a trailing zero octet', holding('2.5.29.15', '0303078000')],
    ['keyUsage with a tenth bit', holding('2.5.29.15', '0303060040')],
    ['extKeyUsage of nothing', holding('2.5.29.37', '3000')],
    ['subjectAltName of nothing', holding('2.5.29.17', '3000')],
    ['a dNSName beyond ASCII', holding('2.5.29.17', '3004 8202 c3a9')],
    ['an iPAddress of 5 octets', holding('2.5.29.17', '3007 8705 0102030405')],
    ['an iPAddress with its mask', holding('2.5.29.17', '300a 8708 0a000000ff000000')],
    ['a GeneralName of tag 9', holding('2.5.29.17', '3002 8900')],
    ['a constructed dNSName', holding('2.5.29.17', '3004 a202 1600')],
    ['otherName without a value', holding('2.5.29.17', '3006 a004 0602 2a03')],
    ['certificatePolicies of nothing', holding('2.5.29.32', '3000')],
    ['one policy twice', holding('2.5.29.32', '300c 3004 06022a03 3004 06022a03')],
    ['policyQualifiers of nothing', holding('2.5.29.32', '3008 3006 06022a03 3000')],
    [
      'a CPS that is no IA5String',
      holding('2.5.29.32', '3017 3015 06022a03 300f 300d 06082b06010505070201 0c0141'),
    ],
    ['a distribution point of reasons alone', holding('2.5.29.31', '3006 3004 8102 0640')],
    ['a distribution point of nothing', holding('2.5.29.31', '3002 3000')],
    ['a distribution point with an empty fullName', holding('2.5.29.31', '3006 3004 a002 a000')],
    ['no distribution point', holding('2.5.29.31', '3000')],
    ['reasons with a trailing zero bit', holding('2.5.29.31', '300c 300a a004 a002 8600 8102 0060')],
    ['authorityInfoAccess of nothing', holding('1.3.6.1.5.5.7.1.1', '3000')],
    ['ocspNoCheck that says something', holding('1.3.6.1.5.5.7.48.1.5', '050100')],
    ['authorityCertIssuer without its serial number', holding('2.5.29.35', '3004 a102 8600')],
    ['a negative CRL number', holding('2.5.29.20', '0201ff')],
    ['a CRL number of 21 octets', holding('2.5.29.20', `0215 00${'ff'.repeat(20)}`)],
    ['an empty issuingDistributionPoint', holding('2.5.29.28', '3000')],
    ['indirectCRL FALSE written out', holding('2.5.29.28', '3003 840100')],
    ['a CRL only of users and only of CAs', holding('2.5.29.28', '3006 8101ff 8201ff')],
    ['reason 7', holding('2.5.29.21', '0a0107')],
    ['reason 11', holding('2.5.29.21', '0a010b')],
    ['a reason as INTEGER', holding('2.5.29.21', '020101')],
    ['invalidityDate as UTCTime', holding('2.5.29.24', '170d3232313031303139313230375a')],
    ['invalidityDate with a fraction', holding('2.5.29.24', '1811 3230323231303130313931323037 2e355a')],
    ['no extension at all', derSequence()],
  ])('%s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(refused('malformed-certificate'));
  });

  it('one extension twice, known or not', () => {
    for (const oid of ['2.5.29.14', '1.2.3.4']) {
      const one = holding(oid, '0400').subarray(2);
      expect(read(derSequence(one))).toHaveLength(1);
      expect(() => read(derSequence(one, one))).toThrow(refused('malformed-certificate'));
    }
  });

  it('a serial number that is zero or negative in authorityKeyIdentifier', () => {
    for (const serial of ['820100', '8201ff'])
      expect(() => read(holding('2.5.29.35', `3007 a102 8600 ${serial}`))).toThrow(
        refused('malformed-serial'),
      );
  });

  it('an Extension that is no SEQUENCE of its three fields is malformed DER', () => {
    const oid = derOid(parseOid('1.2.3'));
    for (const fields of [[oid], [derOctetString(hex(''))], [oid, derInteger(1)], [oid, derBoolean(true)]])
      expect(() => read(derSequence(derSequence(...fields)))).toThrow(refused('malformed-der'));
    const more = derSequence(derSequence(oid, derOctetString(hex('')), derInteger(1)));
    expect(() => read(more)).toThrow(refused('malformed-der'));
  });

  it('the encoder writes no keyUsage of nothing, no negative number and no odd address', () => {
    const write = (extension: Extension) => () => encodeExtensions([extension]);
    expect(write({ id: 'keyUsage', usages: [], critical: true })).toThrow(refused('invalid-input'));
    expect(write({ id: 'cRLNumber', number: -1n, critical: false })).toThrow(refused('invalid-input'));
    expect(write({ id: 'cRLNumber', number: 1n << 159n, critical: false })).toThrow(refused('invalid-input'));
    const names = [{ kind: 'iPAddress', value: hex('0a00') } as const];
    expect(write({ id: 'subjectAltName', names, critical: false })).toThrow(refused('invalid-input'));
  });
});

describe('policies', () => {
  it('with a CPS after another qualifier keep all qualifiers unchanged', () => {
    const cps = derSequence(
      derOid(parseOid('1.3.6.1.5.5.7.2.1')),
      tlv(TAG.ia5String, Buffer.from('http://x')),
    );
    const notice = derSequence(derOid(parseOid('1.3.6.1.5.5.7.2.2')), derSequence());
    const value = derSequence(derSequence(derOid(parseOid('1.2.3')), derSequence(notice, cps)));
    const bytes = derSequence(derSequence(derOid(parseOid('2.5.29.32')), derOctetString(value)));
    const [policies] = read(bytes);
    expect(policies).toEqual({
      id: 'certificatePolicies',
      policies: [{ policyIdentifier: '1.2.3', otherQualifiers: [notice, cps] }],
      critical: false,
    });
    expect(encodeExtensions([policies as Extension])).toEqual(bytes);
  });
});

describe('arbitrary and damaged bytes', () => {
  const seeds = fc.sample(extensionsOf(EVERY_KIND, { minLength: 6, maxLength: 12 }), {
    numRuns: 40,
    seed: 1,
  });

  it('give extensions that encode to the same bytes, or a Fault', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated(seeds.map((one) => encodeExtensions(one)))),
        (bytes) => {
          const extensions = valueOrFault(() => read(bytes));
          if (extensions) expect(Buffer.compare(encodeExtensions(extensions), asDer(bytes))).toBe(0);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
