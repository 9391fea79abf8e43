import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { openCertificateCallers } from '../../lib/principals/certificate-callers.ts';
import type { CertificateCallers, CertificateCallersDeps, ClientCa } from '../../lib/principals/contract.ts';
import { withTokens } from '../../lib/principals/token-callers.ts';
import { CLIENT_EXTENSIONS, OpensslCa } from './openssl.ts';

const openssl = new OpensslCa();
afterAll(() => openssl[Symbol.dispose]());

const first = openssl.ca('operations-1');
const second = openssl.ca('operations-2', 'RSA rsa_keygen_bits:2048');
const third = openssl.ca('operations-3', 'ED25519');
// The same name with another key: a check that finds issuers by name would accept it.
openssl.ca('impostor');

const officer: Principal = {
  id: 'officer-a',
  role: 'officer',
  person: 'p1',
  office: 'office-a',
  name: { ja: '登録 花子', en: 'Hanako Toroku' },
};

type Given = Partial<Omit<CertificateCallersDeps, 'clientCas'>> & {
  readonly clientCas?: readonly ClientCa[];
};

const DAY = 86_400_000;
const soon = Date.now() + 60_000;

const GENERATIONS: readonly ClientCa[] = [
  { ca: 'operations-1', certificate: first.der },
  { ca: 'operations-2', certificate: second.der },
  { ca: 'operations-3', certificate: third.der },
];

const open = ({ clientCas = GENERATIONS, ...given }: Given = {}): CertificateCallers =>
  openCertificateCallers({
    find: async (id) => (id === officer.id ? officer : undefined),
    statusOf: async () => 'good',
    clientCas: async () => clientCas,
    clock: () => soon,
    ...given,
  });

const faultOf = async (promise: Promise<unknown>): Promise<FaultCode | undefined> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !Fault.is(error)) throw error;
  return error?.code;
};

describe('a client certificate', () => {
  it.each(['operations-1', 'operations-2', 'operations-3'])(
    'of %s names its principal, and its status is looked up under that CA',
    async (ca) => {
      const asked: CertificateRef[] = [];
      const principals = open({
        statusOf: async (ref) => {
          asked.push(ref);
          return 'good';
        },
      });
      const { der } = openssl.client(ca, { serial: 'ff01' });
      expect(await principals.byCertificate(der)).toBe(officer);
      expect(asked).toEqual([{ ca, serial: 'ff01' }]);
    },
  );

  it('is refused when another key of the same name signed it', async () => {
    expect(await faultOf(open().byCertificate(openssl.client('impostor').der))).toBe(
      'client-certificate-invalid',
    );
  });

  it('is refused when its issuer name differs from the name of the CA with that key', async () => {
    openssl.renamedCa('renamed', 'operations-1', '/C=JP/O=Akashi/CN=Organisation CA');
    expect(await faultOf(open().byCertificate(openssl.client('renamed').der))).toBe(
      'client-certificate-invalid',
    );
  });

  it.each([
    ['revoked', 'client-certificate-revoked'],
    ['hold', 'client-certificate-revoked'],
    ['unknown', 'client-certificate-invalid'],
  ] as const)('whose status is %s gives %s', async (status, code) => {
    const principals = open({ statusOf: async () => status });
    expect(await faultOf(principals.byCertificate(openssl.client('operations-1').der))).toBe(code);
  });

  it('is refused at once when its principal is removed', async () => {
    let known: Principal | undefined = officer;
    const principals = open({ find: async () => known });
    const { der } = openssl.client('operations-1');
    expect(await principals.byCertificate(der)).toBe(officer);
    known = undefined;
    expect(await faultOf(principals.byCertificate(der))).toBe('client-certificate-invalid');
  });

  it('is good from the first to the last second of its validity and not a second longer', async () => {
    const { der, cert } = openssl.client('operations-1', { days: 10 });
    const { X509Certificate } = await import('node:crypto');
    const { validFrom, validTo } = new X509Certificate(cert);
    const at = (clock: number) => faultOf(open({ clock: () => clock }).byCertificate(der));
    const begin = Date.parse(validFrom);
    const end = Date.parse(validTo);
    // The CA was made earlier in this run, perhaps in the same second.
    expect(await at(begin)).toBeUndefined();
    expect(await at(begin - 1)).toBe('client-certificate-invalid');
    expect(await at(end + 999)).toBeUndefined();
    expect(await at(end + 1000)).toBe('client-certificate-expired');
  });

  it("is refused when its issuer's certificate has expired", async () => {
    const { der } = openssl.client('operations-1', { days: 9000 });
    const principals = open({ clock: () => soon + 4000 * DAY });
    expect(await faultOf(principals.byCertificate(der))).toBe('client-certificate-invalid');
  });

  const without = (name: string) => CLIENT_EXTENSIONS.filter((line) => !line.startsWith(name));

  it.each([
    ['without key usage', without('keyUsage')],
    ['for key agreement only', [...without('keyUsage'), 'keyUsage=critical,keyAgreement']],
    ['without extended key usage', without('extendedKeyUsage')],
    ['for servers', [...without('extendedKeyUsage'), 'extendedKeyUsage=serverAuth']],
    ['for any purpose', [...without('extendedKeyUsage'), 'extendedKeyUsage=anyExtendedKeyUsage']],
    ['of a CA', [...without('basicConstraints'), 'basicConstraints=critical,CA:TRUE']],
    ['with an unknown critical extension', [...CLIENT_EXTENSIONS, '1.2.392.200000.1=critical,DER:0500']],
    [
      'with critical name constraints',
      [...CLIENT_EXTENSIONS, 'nameConstraints=critical,permitted;DNS:example.jp'],
    ],
  ])('%s is refused', async (_what, extensions) => {
    const { der } = openssl.client('operations-1', { extensions });
    expect(await faultOf(open().byCertificate(der))).toBe('client-certificate-invalid');
  });

  it('may have unknown extensions that are not critical, and no basic constraints', async () => {
    const extensions = [...without('basicConstraints'), '1.2.392.200000.1=DER:0500'];
    const { der } = openssl.client('operations-1', { extensions });
    expect(await open().byCertificate(der)).toBe(officer);
  });

  it.each([
    ['none', '/CN=officer-a'],
    ['two', '/serialNumber=officer-a/serialNumber=officer-b'],
    ['one in upper case', '/serialNumber=OFFICER-A'],
    ['one of another', '/serialNumber=officer-z'],
  ])('with %s for its serialNumber attribute is refused', async (_what, subject) => {
    const { der } = openssl.client('operations-1', { subject });
    expect(await faultOf(open().byCertificate(der))).toBe('client-certificate-invalid');
  });

  it('signed with SHA-1 is refused', async () => {
    const { der } = openssl.client('operations-2', { digest: 'sha1' });
    expect(await faultOf(open().byCertificate(der))).toBe('client-certificate-invalid');
  });

  it('with any bit changed, cut short or followed by more is refused', async () => {
    const principals = open();
    const { der } = openssl.client('operations-1');
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length * 8 - 1), async (bit) => {
        const altered = Uint8Array.from(der);
        altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(await faultOf(principals.byCertificate(altered))).toBe('client-certificate-invalid');
      }),
      { numRuns: 200 },
    );
    expect(await faultOf(principals.byCertificate(der.subarray(0, -1)))).toBe('client-certificate-invalid');
    expect(await faultOf(principals.byCertificate(Buffer.concat([der, Buffer.of(0)])))).toBe(
      'client-certificate-invalid',
    );
    expect(await faultOf(principals.byCertificate(new Uint8Array()))).toBe('client-certificate-invalid');
  });

  it('that is no CA certificate is not accepted as the operations CA', async () => {
    const { der } = openssl.client('operations-1');
    const callers = open({ clientCas: [{ ca: 'operations-1', certificate: der }] });
    expect(await faultOf(callers.byCertificate(der))).toBe('configuration-invalid');
  });

  it('of a new generation of the CA is accepted as soon as the directory has it', async () => {
    let cas = GENERATIONS.slice(0, 1);
    const callers = openCertificateCallers({
      find: async () => officer,
      statusOf: async () => 'good',
      clientCas: async () => cas,
      clock: () => soon,
    });
    const { der } = openssl.client('operations-2');
    expect(await faultOf(callers.byCertificate(der))).toBe('client-certificate-invalid');
    cas = GENERATIONS.slice(0, 2);
    expect(await callers.byCertificate(der)).toBe(officer);
  });
});

it('a signer that is not Ed25519 is not taken for tokens', async () => {
  const signer = await generateSoftwareKey('ecdsa-p256-sha256');
  const deps = {
    find: async () => undefined,
    clock: () => soon,
    random: () => new Uint8Array(16),
    embedded: { signer, issuer: 'https://akashi.example', audience: 'akashi' },
  };
  expect(() => withTokens(open(), deps)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});
