import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { japanese } from '../../lib/messages/japanese.ts';
import { said } from '../../lib/messages/messages.ts';
import { formatName } from '../../lib/pki/name.ts';
import type { FieldValues } from '../../lib/trust-domain/contract.ts';
import { describeSubject } from '../../lib/trust-domain/subject.ts';
import { readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { HIGASHI } from '../demonstration-people.ts';

const domain = readTrustDomain(
  readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8'),
);
const profileOf = (id: string) => {
  const profile = domain.profiles.find((one) => one.id === id);
  if (!profile) throw new Error(`no profile ${id}`);
  return profile;
};
const describeFor = (id: string, fields: FieldValues) => describeSubject(profileOf(id), HIGASHI, fields);

const PERSON = {
  holderId: '0000000000AA00000A',
  name: '髙橋 惠美',
  dateOfBirth: '1984-02-29',
  sex: '2',
  address: '常磐県瑞崎市東区一丁目2番3号',
};

describe('a subject', () => {
  it('is built from fixed text, the office and the fields, in the order of the profile', () => {
    const { subject } = describeFor('person-signature', PERSON);
    expect(formatName(subject)).toBe('C=JP, L=Tokiwa, L=Mizusaki-shi Higashi-ku, CN=0000000000AA00000A');
  });

  it('carries personal attributes as otherNames of UTF8String', () => {
    const { subjectAltNames } = describeFor('person-signature', PERSON);
    expect(
      subjectAltNames.map((name) =>
        name.kind === 'otherName'
          ? [name.type, name.value[0], Buffer.from(name.value.subarray(2)).toString()]
          : name,
      ),
    ).toEqual([
      ['1.3.6.1.4.1.32473.2.1', 0x0c, '髙橋 惠美'],
      ['1.3.6.1.4.1.32473.2.4', 0x0c, '1984-02-29'],
      ['1.3.6.1.4.1.32473.2.3', 0x0c, '2'],
      ['1.3.6.1.4.1.32473.2.5', 0x0c, '常磐県瑞崎市東区一丁目2番3号'],
    ]);
  });

  it('leaves out what is optional and absent', () => {
    const { subject, subjectAltNames, fields } = describeFor('official-position', {
      position: 'Mayor',
      positionJa: '市長',
      mail: '  ',
    });
    expect(formatName(subject)).toBe('C=JP, O=Mizusaki City, CN=Mayor');
    expect(subjectAltNames).toHaveLength(1);
    expect(Object.keys(fields)).toEqual(['position', 'positionJa']);
  });

  it('gives a name for each value of a list', () => {
    const { subjectAltNames } = describeFor('service', {
      dnsNames: ['LOCALHOST', 'ca.example.jp'],
      ipAddresses: ['127.0.0.1', '2001:DB8::0:1', '::', '::ffff:192.0.2.1'],
    });
    expect(
      subjectAltNames.map((name) =>
        name.kind === 'iPAddress' ? Buffer.from(name.value).toString('hex') : 'value' in name && name.value,
      ),
    ).toEqual([
      'localhost',
      'ca.example.jp',
      '7f000001',
      '20010db8000000000000000000000001',
      '0'.repeat(32),
      '00000000000000000000ffffc0000201',
    ]);
  });

  it('has another digest for each difference in its names, even in names that the subject does not show', () => {
    const digestOf = (changes: object) => describeFor('person-signature', { ...PERSON, ...changes }).digest;
    expect(digestOf({})).toBe(digestOf({ name: ` ${PERSON.name} ` }));
    const others = [{}, { holderId: '0000000000AA00000B' }, { address: '常磐県' }, { sex: '1' }].map(
      digestOf,
    );
    expect(new Set(others).size).toBe(others.length);
  });

  it('needs the office attributes that the profile uses', () => {
    expect(() => describeSubject(profileOf('person-signature'), undefined, PERSON)).toThrow(
      expect.objectContaining({ code: 'profile-not-allowed' }),
    );
  });
});

describe('fields', () => {
  it('are trimmed and composed', () => {
    const decomposed = '　か\u3099っこう \u00a0';
    const { fields } = describeFor('person-signature', { ...PERSON, name: decomposed });
    expect(fields.name).toBe('がっこう');
  });

  it('keep CJK compatibility ideographs, which NFC would replace in names', () => {
    const name = '\ufa19田 は\u3099\ufa11 \u{2f81a}葛\u{e0100}';
    const { fields } = describeFor('person-signature', { ...PERSON, name });
    expect(fields.name).toBe('\ufa19田 ば\ufa11 \u{2f81a}葛\u{e0100}');
  });

  it('of mail addresses and domain names have one spelling', () => {
    const { fields } = describeFor('service', {
      dnsNames: ['A.Example'],
      ipAddresses: ['2001:DB8:0:0:0:0:0:1'],
    });
    expect(fields).toEqual({ dnsNames: ['a.example'], ipAddresses: ['2001:db8::1'] });
    expect(
      describeFor('official-position', { position: 'Mayor', positionJa: '市長', mail: 'Mayor@City.Example' })
        .fields.mail,
    ).toBe('Mayor@city.example');
  });

  it('take one value of a list as a list', () => {
    const { fields, subjectAltNames } = describeFor('service', { dnsNames: 'A.Example' });
    expect(fields).toEqual({ dnsNames: ['a.example'] });
    expect(subjectAltNames).toEqual([{ kind: 'dNSName', value: 'a.example' }]);
  });

  it('name the choices where a value is none of them, and the fields where there is no such field', () => {
    const faultOf = (fields: FieldValues): Fault => {
      try {
        describeFor('person-signature', fields);
      } catch (error) {
        if (Fault.is(error)) return error;
      }
      throw new Error('it was taken');
    };
    const wrong = faultOf({ ...PERSON, name: '', sex: '9', holderId: 'abc' });
    expect(wrong.facts.field).toBe('holderId');
    expect(said(wrong.facts.others, (phrase) => phrase.in(japanese))).toEqual([
      {
        field: 'name',
        label: expect.objectContaining({ en: 'Name' }),
        problem: expect.stringContaining('必須です'),
      },
      {
        field: 'sex',
        label: expect.objectContaining({ en: 'Sex' }),
        problem: expect.stringContaining('選択肢'),
      },
    ]);
    const sex = profileOf('person-signature').fields.find(({ name }) => name === 'sex');
    const { message, facts, phrase } = faultOf({ ...PERSON, sex: '9' });
    expect(message).toBe('The field "sex" (Sex) is not one of the choices: 1 (Male), 2 (Female), 3 (Other).');
    expect(phrase.in(japanese)).toContain('選択肢「1（男）, 2（女）, 3（その他）」のいずれか');
    expect(facts.choices).toEqual(sex?.choices);
    expect(faultOf({ ...PERSON, shoe: '27' }).facts).toEqual({
      field: 'shoe',
      fields: ['holderId', 'name', 'kana', 'dateOfBirth', 'sex', 'address'],
    });
  });

  const service = (changes: Readonly<Record<string, unknown>>) => [
    'service',
    { dnsNames: ['a.example'], ...changes },
  ];
  const person = (changes: Readonly<Record<string, unknown>>) => [
    'person-signature',
    { ...PERSON, ...changes },
  ];

  it.each<[string, unknown[], string]>([
    ['one that is required and missing', person({ name: undefined }), 'name'],
    ['one that is required and blank', person({ name: '　 ' }), 'name'],
    ['one that there is not', person({ shoe: '27' }), 'shoe'],
    [
      'one of the prototype',
      person(JSON.parse('{"__proto__": "y"}') as Record<string, unknown>),
      '__proto__',
    ],
    ['a list for a single one', person({ name: ['a'] }), 'name'],
    ['a number', person({ sex: 2 }), 'sex'],
    ['a number for a list', service({ dnsNames: 1 }), 'dnsNames'],
    ['an empty list', service({ dnsNames: [] }), 'dnsNames'],
    [
      'a list too long',
      service({ dnsNames: Array.from({ length: 11 }, (_, i) => `n${i}.example`) }),
      'dnsNames',
    ],
    ['one value twice', service({ dnsNames: ['a.example', 'A.example'] }), 'dnsNames'],
    ['text too long', person({ name: '名'.repeat(101) }), 'name'],
    ['very long text', person({ name: 'x'.repeat(100_000) }), 'name'],
    ['half a character', person({ name: '\ud842' }), 'name'],
    ['control characters', person({ address: 'a\u0000b' }), 'address'],
    ['text that turns around', person({ name: 'ab\u202ecd' }), 'name'],
    ['text of zero width', person({ name: 'ab\u200bcd' }), 'name'],
    ['private-use characters', person({ name: '\ue000田' }), 'name'],
    ['a pattern not met', person({ holderId: 'abc' }), 'holderId'],
    ['a pattern met in part', person({ holderId: '0000000000AA00000A\n0' }), 'holderId'],
    ['a day that there is not', person({ dateOfBirth: '2023-02-29' }), 'dateOfBirth'],
    ['a date in other words', person({ dateOfBirth: '昭和59年2月29日' }), 'dateOfBirth'],
    ['a choice that there is not', person({ sex: '9' }), 'sex'],
    ['a wildcard', service({ dnsNames: ['*.example.jp'] }), 'dnsNames'],
    ['an underscore', service({ dnsNames: ['a_b.example.jp'] }), 'dnsNames'],
    ['a final dot', service({ dnsNames: ['example.jp.'] }), 'dnsNames'],
    ['a domain name in kanji', service({ dnsNames: ['瑞崎.example'] }), 'dnsNames'],
    ['an address for a domain name', service({ dnsNames: ['192.0.2.1'] }), 'dnsNames'],
    ['a label too long', service({ dnsNames: [`${'a'.repeat(64)}.example`] }), 'dnsNames'],
    ['an address with a zone', service({ ipAddresses: ['fe80::1%eth0'] }), 'ipAddresses'],
    ['an address with a mask', service({ ipAddresses: ['192.0.2.0/24'] }), 'ipAddresses'],
    [
      'a mail address with a name',
      ['official-position', { position: 'M', positionJa: '長', mail: 'M <m@a.example>' }],
      'mail',
    ],
  ])('refuse %s', (_, [id, fields], field) => {
    try {
      describeFor(id as string, fields as FieldValues);
      expect.unreachable();
    } catch (error) {
      if (!Fault.is(error)) throw error;
      expect(error.code).toBe('invalid-field');
      expect(error.facts.field).toBe(field);
    }
  });

  it('are refused without their values', () => {
    const name = `名前${'\u202e'}`;
    expect.assertions(2);
    try {
      describeFor('person-signature', { ...PERSON, name });
    } catch (error) {
      if (!Fault.is(error)) throw error;
      expect(JSON.stringify([error.message, error.facts])).not.toContain('名前');
      expect(error.facts.label).toEqual({ ja: '氏名', en: 'Name' });
    }
  });

  it('that a pattern does not take are refused with the rule in words', () => {
    const refusal = (id: string, fields: FieldValues): Fault => {
      try {
        describeFor(id, fields);
      } catch (error) {
        if (Fault.is(error)) return error;
      }
      throw new Error('no fault');
    };
    const ruled = refusal('person-signature', { ...PERSON, holderId: 'abc' });
    expect(ruled.message).toBe(
      'The field "holderId" (Holder number) has a rule: 12 to 24 digits and capital letters A-Z, as in 2026112200000001: a number that your office has given, never an Individual Number (My Number) or a resident record code.',
    );
    expect(ruled.phrase.in(japanese)).toMatch(
      /^項目「利用者番号」（holderId）は、次の決まりに従って入力してください。半角の数字と英大文字で12～24文字です（例：/,
    );
    expect(ruled.facts).toMatchObject({
      field: 'holderId',
      rule: { ja: expect.any(String), en: expect.any(String) },
    });

    const profile = profileOf('person-signature');
    const fields = profile.fields.map(({ rule: _, ...field }) => field);
    expect(() => describeSubject({ ...profile, fields }, HIGASHI, { ...PERSON, holderId: 'abc' })).toThrow(
      'The field "holderId" (Holder number) is not of the form that the profile asks for.',
    );
  });

  it('that an attribute cannot hold are refused as fields', () => {
    // serialNumber is a PrintableString; the field's own pattern is removed.
    const profile = profileOf('organisation-client');
    const fields = profile.fields.map(({ pattern: _, ...field }) => field);
    expect(() => describeSubject({ ...profile, fields }, HIGASHI, { system: 's', deviceId: '機器' })).toThrow(
      expect.objectContaining({
        code: 'invalid-field',
        facts: expect.objectContaining({ field: 'deviceId' }),
      }),
    );
  });
});
