import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { formatName } from '../../lib/pki/name.ts';
import { OID } from '../../lib/pki/oids.ts';
import { addPeriod, lastSecond, parsePeriod } from '../../lib/trust-domain/period.ts';
import { readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';

const text = readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8');

/** Members of the demonstration's file by path, for changing. */
type Json = { [member: string]: Json } & Json[] & (string | number | boolean);
const file = (): Json => JSON.parse(text) as Json;

const at = (root: Json, path: string): { holder: Json; last: string } => {
  const steps = path.split('.');
  const last = steps.pop() as string;
  return { holder: steps.reduce((value, step) => value[step] as Json, root), last };
};

/** The demonstration with this value at that path; undefined removes the member. */
const having = (...changes: readonly (readonly [path: string, value: unknown])[]): string => {
  const root = file();
  for (const [path, value] of changes) {
    const { holder, last } = at(root, path);
    holder[last] = value as Json;
  }
  return JSON.stringify(root);
};

const issuesOf = (domain: string): readonly { path: string; message: string }[] => {
  try {
    readTrustDomain(domain);
    return [];
  } catch (error) {
    if (!Fault.is(error, 'trust-domain-invalid')) throw error;
    return (error.facts.issues as readonly { path: string; message: unknown }[]).map((issue) => ({
      ...issue,
      message: String(issue.message),
    }));
  }
};
const pathsOf = (domain: string): readonly string[] => issuesOf(domain).map(({ path }) => path);

describe('the demonstration', () => {
  const domain = readTrustDomain(text);

  it('is a small LGPKI and JPKI', () => {
    expect(domain.authorities.map(({ ca, algorithm }) => [ca, algorithm])).toEqual([
      ['organisation-1', 'rsa3072-sha256'],
      ['signature-1', 'ecdsa-p384-sha384'],
      ['authentication-1', 'ecdsa-p256-sha256'],
      ['operations-1', 'ecdsa-p256-sha256'],
    ]);
    expect(domain.tenants.map(({ id }) => id)).toEqual(['tokiwa', 'minase']);
    expect(domain.operators).toEqual([
      expect.objectContaining({ id: 'operator-sakai', role: 'operator', person: 'operator-sakai' }),
      expect.objectContaining({ id: 'operator-noda', role: 'operator', person: 'operator-noda' }),
      expect.objectContaining({ id: 'operator-mori', role: 'operator', person: 'operator-mori' }),
    ]);
    expect(formatName(domain.authorities[1]?.subject ?? [])).toBe(
      'C=JP, O=Akashi Demonstration, CN=Signature CA',
    );
  });

  it('gives its CAs a common name, and persons a purpose for signatures (RFC 9336)', () => {
    for (const { subject } of domain.authorities)
      expect(subject.flat().filter(({ type }) => type === OID.CN)).toHaveLength(1);
    const signature = domain.profiles.find(({ id }) => id === 'person-signature');
    expect(signature?.extKeyUsage).toEqual(['1.3.6.1.5.5.7.3.36']);
    const servers = domain.profiles.filter(({ extKeyUsage }) => extKeyUsage.includes(OID.serverAuth));
    expect(servers.map(({ id, validity }) => [id, validity.seconds / 86_400])).toEqual([
      ['organisation-server', 199],
      ['service', 90],
    ]);
  });

  it('has the profiles that the service itself needs', () => {
    expect(domain.operations.authority.id).toBe('operations');
    expect(domain.operations.principal.id).toBe('principal');
    expect(domain.operations.service.id).toBe('service');
  });

  it('gives periods as lengths of time', () => {
    expect(domain.authorities[0]?.crl).toEqual({
      interval: 86_400,
      nextUpdate: 172_800,
      onlyContainsUserCerts: false,
    });
    expect(domain.retention.issuanceAfterExpiry).toEqual({ months: 120, seconds: 0 });
  });

  it('uses object identifiers of the documentation arc only (RFC 5612)', () => {
    const oids = text.match(/"\d+(?:\.\d+){3,}"/g) ?? [];
    expect(oids.length).toBeGreaterThan(5);
    expect(oids.filter((oid) => !oid.startsWith('"1.3.6.1.4.1.32473.'))).toEqual([]);
  });

  it('keeps personal attributes out of authentication certificates', () => {
    const profile = domain.profiles.find(({ id }) => id === 'person-authentication');
    expect(profile?.subjectAltName).toEqual([]);
    expect(profile?.fields.map(({ name }) => name)).toEqual(['holderId']);
    expect(domain.profiles.filter(({ kind }) => kind === 'person').map(({ hold }) => hold)).toEqual([
      'final',
      'final',
    ]);
  });
});

describe('a trust domain is refused', () => {
  it('with every problem at once, each with its path', () => {
    const issues = issuesOf(
      having(
        ['authorities.0.algorithm', 'rsa1024-sha1'],
        ['authorities.1.crl.interval', 'P1M'],
        ['profiles.0.authority', 'elsewhere'],
        ['profiles.1.keyUsage', ['keyEncipherment', 'digitalSignature']],
        ['authorities.2.tenant', 'elsewhere'],
        ['operators.0.colour', 'blue'],
        ['operators.1.tenant', 'nowhere'],
        ['ceremony.persons', ['operator-noda', 'auditor']],
      ),
    );
    expect(issues.map(({ path }) => path).sort()).toEqual([
      'authorities.0.algorithm',
      'authorities.1.crl.interval',
      'authorities.2.tenant',
      'ceremony.persons.0',
      'ceremony.persons.1',
      'operators.0',
      'operators.1.tenant',
      'profiles.0.authority',
      'profiles.1.keyUsage',
    ]);
    expect(issues.every(({ message }) => message.length > 10)).toBe(true);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['an empty object', '{}'],
    ['an array', '[]'],
    ['null', 'null'],
  ])('as %s', (_, domain) => {
    expect(issuesOf(domain).length).toBeGreaterThan(0);
  });

  it.each<[string, string, unknown, string?]>([
    ['an unknown member at the top', 'colour', 'blue', ''],
    ['a member left out', 'retention.crl', undefined],
    ['two authorities of one id', 'authorities.1.id', 'organisation'],
    ['a distinguished name that no name can be', 'authorities.0.subject', [['C', 'JPN']]],
    ['two authorities of one name', 'authorities.1.subject', file().authorities?.[0]?.subject],
    ['a length of time that is none', 'authorities.0.validity', '10 years'],
    ['a serial prefix that would be negative', 'authorities.0.serialPrefix', '80'],
    ['a serial prefix that leaves no room for chance', 'authorities.0.serialPrefix', '01020304'],
    ['CRLs that end before the next', 'authorities.0.crl.interval', 'PT48H'],
    ['a responder that outlives its CA', 'authorities.0.ocsp.validity', 'P11Y'],
    ['answers that outlive the responder', 'authorities.0.ocsp.nextUpdate', 'P8D'],
    ['an unknown responder algorithm', 'authorities.0.ocsp.algorithm', 'ed448'],
    ['two responders of one algorithm', 'authorities.0.ocsp.furtherAlgorithms', ['ecdsa-p256-sha256']],
    ['caches that hold an answer to its end', 'authorities.0.ocsp.maxAge', 'PT15M'],
    ["an id that is the service's own", 'profiles.0.id', 'ca'],
    ['a profile that outlives its authority', 'profiles.0.validity', 'P10Y1D'],
    ['a subject from a field that there is not', 'profiles.0.subject.2', ['OU', { field: 'shoe' }]],
    ['a fixed attribute that cannot be', 'profiles.0.subject.0', ['C', 'Japan']],
    ['a field too long for its attribute', 'profiles.0.fields.0.maxLength', 65, 'profiles.0.subject.3'],
    ['an unknown attribute type', 'profiles.0.subject.0', ['NICKNAME', 'x']],
    ['a subject that could be empty', 'profiles.6.subject', [['CN', { field: 'ipAddresses' }]]],
    ['a list in a subject', 'profiles.6.subject', [['CN', { field: 'dnsNames' }]], 'profiles.6.subject.0'],
    [
      'a dNSName from text',
      'profiles.3.subjectAltName.0',
      { kind: 'dNSName', source: 'a.example' },
      'profiles.3.subjectAltName.0.source',
    ],
    ['an alternative name of no kind', 'profiles.3.subjectAltName.0.kind', 'x400Address'],
    ['a bad otherName type', 'profiles.3.subjectAltName.0.type', '1.99.1'],
    ['an end entity that signs certificates', 'profiles.0.keyUsage', ['keyCertSign']],
    ['an unknown usage', 'profiles.0.keyUsage.0', 'signing'],
    ['a purpose twice', 'profiles.0.extKeyUsage', ['clientAuth', 'clientAuth']],
    ['a responder by profile', 'profiles.0.extKeyUsage', ['1.3.6.1.5.5.7.3.9'], 'profiles.0.extKeyUsage.0'],
    ['TLS without digitalSignature', 'profiles.1.keyUsage', ['nonRepudiation']],
    ['a server without a name', 'profiles.1.subjectAltName', []],
    ['no policy', 'profiles.0.certificatePolicies', []],
    ['a TLS server for 201 days', 'profiles.1.validity', 'P201D'],
    ['a TLS server for seven months', 'profiles.1.validity', 'P7M'],
    ['a CPS that is no URL', 'profiles.0.certificatePolicies.0.cps', 'cps.html'],
    ['a CPS at a label that is none', 'profiles.0.certificatePolicies.0.cps', 'http://ab--cd.example.jp/cps'],
    ['a CPS at a host that is none', 'profiles.0.certificatePolicies.0.cps', 'http://my_host/cps'],
    ['a CA with a name too long', 'authorities.0.subject.1', ['O', 'x'.repeat(65)], 'authorities.0.subject'],
    [
      'a CA with a name that does not show',
      'authorities.0.subject.1',
      ['O', 'a\u3164b'],
      'authorities.0.subject',
    ],
    ['a fixed name that does not show', 'profiles.0.subject.0', ['O', 'a\u200bb']],
    ['an operator with a name too long', 'operators.1.name.ja', '長'.repeat(65)],
    ['a kind of key that there is not', 'profiles.0.publicKeys.0', 'dsa1024'],
    ['a hold rule that there is not', 'profiles.0.hold', 'maybe'],
    ['a pattern that is none', 'profiles.0.fields.0.pattern', '('],
    [
      'choices without the kind',
      'profiles.0.fields.0.choices',
      [{ value: '1', label: { ja: '一', en: 'One' } }],
    ],
    ['a text field of any length', 'profiles.0.fields.0.maxLength', undefined],
    ['a second profile for principals', 'profiles.6.kind', 'principal', 'profiles'],
    [
      "a principal's certificate without its id",
      'profiles.5.subject.3',
      ['serialNumber', 'x'],
      'profiles.5.subject',
    ],
    ['two tenants of one id', 'tenants.1.id', 'tokiwa'],
    ['no tenant', 'tenants', []],
    ['one operator alone', 'operators', [file().operators?.[0]]],
    ['two operators of one id', 'operators.1.id', 'operator-sakai'],
    ['an operator called public', 'operators.1.id', 'public'],
    ['an operator called service', 'operators.1.id', 'service'],
    ['an operator with an office', 'operators.1.office', 'hatanoura', 'operators.1'],
    ['a ceremony by an operator of a tenant', 'operators.1.tenant', 'minase', 'ceremony.persons.1'],
    ['offices, which are enrolled', 'offices', [], ''],
    ['principals, who are enrolled', 'principals', [], ''],
    ['a ceremony of one person', 'operators.1.person', 'operator-sakai', 'ceremony.persons'],
    ['a ceremony with a stranger', 'ceremony.persons.0', 'passer-by'],
  ])('for %s', (_, path, value, expected = path) => {
    expect(issuesOf(having([path, value])).map((issue) => issue.path)).toContain(expected);
  });

  it('with one problem for a faulty member that others refer to', () => {
    expect(pathsOf(having(['authorities.0.algorithm', 'rsa1']))).toEqual(['authorities.0.algorithm']);
    expect(pathsOf(having(['profiles.0.hold', 'maybe']))).toEqual(['profiles.0.hold']);
  });

  it('for an id that is a reserved word, and says what to do', () => {
    const [issue] = issuesOf(having(['operators.1.id', 'service']));
    expect(issue?.message).toContain('choose another id, such as service-1');
  });
});

describe('lengths of time', () => {
  it.each([
    ['P5Y', { months: 60, seconds: 0 }],
    ['P1Y2M', { months: 14, seconds: 0 }],
    ['P2W', { months: 0, seconds: 1_209_600 }],
    ['P1DT1H1M1S', { months: 0, seconds: 90_061 }],
  ])('%s', (duration, period) => {
    expect(parsePeriod(duration)).toEqual(period);
  });

  it.each(['', 'P', 'PT', 'P1', 'P1YT', 'PT0S', '-P1Y', 'P1.5Y', 'P1M1Y', 'p1y', 'P1Y '])(
    'not %j',
    (duration) => {
      expect(parsePeriod(duration)).toBeUndefined();
    },
  );

  it('are a thousand years at most, so that DER can write every end', () => {
    for (const [place, duration] of [
      ['profiles.0.validity', 'P9999Y'],
      ['authorities.0.validity', 'P1000Y1D'],
      ['authorities.0.crl.nextUpdate', 'P999999D'],
    ] as const) {
      expect(pathsOf(having([place, duration]))).toContain(place);
    }
    expect(pathsOf(having(['retention.provision', 'P1000Y']))).toEqual([]);
  });

  const plus = (from: string, duration: string): string => {
    const period = parsePeriod(duration);
    if (!period) throw new Error(duration);
    return addPeriod(new Date(from), period).toISOString();
  };

  it('follow the calendar, and stay in the month they reach', () => {
    expect(plus('2024-02-29T12:00:00Z', 'P1Y')).toBe('2025-02-28T12:00:00.000Z');
    expect(plus('2026-01-31T00:00:00Z', 'P1M')).toBe('2026-02-28T00:00:00.000Z');
    expect(plus('2026-12-31T23:59:59Z', 'P2M')).toBe('2027-02-28T23:59:59.000Z');
    expect(plus('2026-03-08T00:00:00Z', 'P1D')).toBe('2026-03-09T00:00:00.000Z');
  });

  it('of a validity include both ends', () => {
    expect(lastSecond(new Date('2026-04-01T00:00:00Z'), { months: 60, seconds: 0 }).toISOString()).toBe(
      '2031-03-31T23:59:59.000Z',
    );
  });
});

describe('a file that would make the owner of a key or certificate unclear', () => {
  it('is refused: a profile for offices under the authority whose certificates name principals', () => {
    // An officer could then ask for a client certificate whose serialNumber is an operator's id.
    expect(issuesOf(having(['profiles.2.authority', 'operations']))).toEqual([
      {
        path: 'profiles.2.authority',
        message: 'This authority certifies principals and the service, and nobody else.',
      },
    ]);
  });

  it("is refused: an authority whose key's id would be that of another one's responder", () => {
    expect(pathsOf(having(['authorities.0.id', 'ocsp-signature-1']))).toContain('authorities.0.id');
  });
});
