import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveService } from '../served-service.ts';
import {
  collectInto,
  FIELDS,
  issueThroughOffice,
  opensslRequest,
  P256,
  type Service,
  temporaryFolder,
} from '../service.ts';
import { hasJava, javaVerdicts, openssl } from './judges.ts';

/**
 * Stock openssl and Java judge the service's certificates: those of every profile that offices apply for, good, revoked,
 * on hold and expired. They ask OCSP over a real socket, and fetch CRLs from the addresses in the certificates.
 */
const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

const YEAR = 366 * 86_400_000;
const PROFILES = Object.keys(FIELDS);
/** Key types of every kind that the demonstration's profiles take. */
const KEYS = [
  P256,
  ['-newkey', 'rsa:2048'],
  ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
] as const;

interface Held {
  readonly name: string;
  readonly ref: { readonly ca: string; readonly serial: string };
  readonly certificate: string;
  readonly ca: string;
}

let service: Service & { readonly url: string };
const held = new Map<string, Held>();

const issue = async (name: string, profile: string, key: readonly string[] = P256): Promise<Held> => {
  const request = await issueThroughOffice(service, profile, opensslRequest(folder.path, name, key));
  const paths = await collectInto(service, request.id, folder.path, name);
  const one = { name, ref: request.certificate, ...paths };
  held.set(name, one);
  return one;
};

const get = (name: string): Held => {
  const found = held.get(name);
  if (!found) throw new Error(name);
  return found;
};

beforeAll(async () => {
  // Six years ago: certificates issued now will have expired, and their CA will not.
  service = await serveService(at('data'), { ahead: -6 * YEAR });
  for (const profile of ['person-signature', 'official-position']) await issue(`${profile}-expired`, profile);
  service.advance(6 * YEAR);
  await service.core.authority.renewResponders();

  for (const [i, profile] of PROFILES.entries()) await issue(profile, profile, KEYS[i % KEYS.length]);
  const operator = service.principal('operator-noda');
  for (const [name, profile] of [
    ['revoked-compromise', 'official-position'],
    ['revoked-superseded', 'person-signature'],
    ['revoked-unspecified', 'person-authentication'],
  ] as const) {
    const { ref } = await issue(name, profile);
    const reason = {
      compromise: 'keyCompromise',
      superseded: 'superseded',
      unspecified: 'unspecified',
    } as const;
    await service.app.authority.revoke(operator, ref, {
      reason: reason[name.slice(8) as keyof typeof reason],
    });
  }
  await service.app.authority.hold(operator, (await issue('on-hold', 'official-position')).ref);
  await service.app.authority.hold(operator, (await issue('released', 'official-position')).ref);
  await service.app.authority.release(operator, get('released').ref);
  for (const { id } of await service.app.authority.authorities()) {
    const { der } = await service.app.status.publish(id, 'operator-noda');
    writeFileSync(at(`${id}.crl`), der);
  }
}, 120_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

const GOOD = [...PROFILES, 'released'];
const REVOKED = [
  ['revoked-compromise', 'keyCompromise', 'KEY_COMPROMISE'],
  ['revoked-superseded', 'superseded', 'SUPERSEDED'],
  ['revoked-unspecified', undefined, 'UNSPECIFIED'],
  ['on-hold', 'certificateHold', 'CERTIFICATE_HOLD'],
] as const;

describe('openssl', () => {
  const ocsp = (name: string, ...more: readonly string[]) => {
    const { ca, certificate } = get(name);
    return openssl(
      'ocsp',
      '-issuer',
      ca,
      '-cert',
      certificate,
      '-CAfile',
      ca,
      '-url',
      `${service.url}/ocsp`,
      ...more,
    );
  };
  const verify = (name: string, ...more: readonly string[]) => {
    const { ca, certificate } = get(name);
    return openssl('verify', '-x509_strict', '-CAfile', ca, ...more, certificate);
  };
  const byCrl = async (name: string) => {
    const crl = at(`${get(name).ref.ca}.crl.pem`);
    await openssl('crl', '-inform', 'DER', '-in', at(`${get(name).ref.ca}.crl`), '-out', crl);
    return verify(name, '-crl_check', '-extended_crl', '-CRLfile', crl);
  };

  it.each(GOOD)('%s: path, OCSP and CRL are good', async (name) => {
    expect(await verify(name)).toMatchObject({ status: 0 });
    const answer = await ocsp(name);
    expect(answer.output).toContain('Response verify OK');
    expect(answer.output).toContain(': good');
    expect(answer.output).not.toContain('WARNING');
    expect(await byCrl(name)).toMatchObject({ status: 0 });
  });

  it.each(REVOKED)('%s: OCSP and CRL say so', async (name, reason) => {
    const answer = await ocsp(name);
    expect(answer.output).toContain('Response verify OK');
    expect(answer.output).toContain(': revoked');
    if (reason === undefined) expect(answer.output).not.toContain('Reason:');
    else expect(answer.output).toContain(`Reason: ${reason}`);
    const refused = await byCrl(name);
    expect(refused.status).not.toBe(0);
    expect(refused.output).toContain('certificate revoked');
  });

  it.each(['person-signature-expired', 'official-position-expired'])('%s: expired', async (name) => {
    const refused = await verify(name);
    expect(refused.status).not.toBe(0);
    expect(refused.output).toContain('certificate has expired');
  });

  it('takes CertIDs with SHA-1 and SHA-256, GET and POST, several in one request', async () => {
    for (const hash of ['-sha1', '-sha256', '-sha384', '-sha512']) {
      const { ca, certificate } = get('official-position');
      const args = ['-issuer', ca, hash, '-cert', certificate, '-CAfile', ca, '-url', `${service.url}/ocsp`];
      expect((await openssl('ocsp', ...args)).output, hash).toContain(': good');
    }
    const { ca, certificate } = get('official-position');
    const others = ['revoked-compromise', 'on-hold', 'released'].flatMap((name) => [
      '-cert',
      get(name).certificate,
    ]);
    const many = await openssl(
      'ocsp',
      '-issuer',
      ca,
      '-cert',
      certificate,
      ...others,
      '-CAfile',
      ca,
      '-url',
      `${service.url}/ocsp`,
    );
    expect(many.output.match(/: (good|revoked)$/gm)).toEqual([': good', ': revoked', ': revoked', ': good']);
  });

  it('reads the CA certificate from the address in AIA, and the CRL from the address in CRLDP', async () => {
    const { certificate, ref } = get('person-signature');
    const text = (await openssl('x509', '-in', certificate, '-noout', '-text')).output;
    const crl = await fetch(/URI:(\S+\.crl)/.exec(text)?.[1] as string);
    expect(crl.headers.get('content-type')).toBe('application/pkix-crl');
    expect(ref.ca).toBe('signature-1');
    const issuer = await fetch(/CA Issuers - URI:(\S+)/.exec(text)?.[1] as string);
    expect(issuer.headers.get('content-type')).toBe('application/pkix-cert');
    writeFileSync(at('aia.cer'), new Uint8Array(await issuer.arrayBuffer()));
    await openssl('x509', '-inform', 'DER', '-in', at('aia.cer'), '-out', at('aia.pem'));
    expect(await openssl('verify', '-CAfile', at('aia.pem'), certificate)).toMatchObject({ status: 0 });
  });
});

describe.skipIf(!hasJava)('Java PKIX', () => {
  it('agrees, by OCSP and by CRL', { timeout: 60_000 }, async () => {
    const expected: [string, string][] = [
      ...GOOD.map((name): [string, string] => [name, 'GOOD']),
      ...REVOKED.map(([name, , word]): [string, string] => [name, `REVOKED ${word}`]),
      ['person-signature-expired', 'EXPIRED'],
      ['official-position-expired', 'EXPIRED'],
    ];
    const cases = expected.flatMap(([name]) => [
      { by: 'ocsp' as const, ...get(name) },
      { by: 'crl' as const, ...get(name) },
    ]);
    const verdicts = await javaVerdicts(cases);
    // For OCSP with the date.
    const judged = cases.map(
      ({ by, name }, i) => `${name} by ${by}: ${verdicts[i]?.replace(/ \d{4}-.*$/, '')}`,
    );
    const wanted = expected.flatMap(([name, verdict]) => [
      `${name} by ocsp: ${verdict}`,
      `${name} by crl: ${verdict}`,
    ]);
    expect(judged).toEqual(wanted);
  });
});
