import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCertId } from '../../lib/pki/cert-id.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { Der } from '../../lib/pki/der.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { decodeOcspRequest, encodeOcspRequest } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { type Service, temporaryFolder } from '../service.ts';
import { type Counter, openCounter } from './counter.ts';
import { run } from './judges.ts';

/** Stock OCSP clients against the service behind a real socket, each with the options that it has. */

const there = (tool: string, from: string): boolean => {
  const found = spawnSync('which', [tool]).status === 0;
  if (!found) process.stdout.write(`${tool} (${from}) is not installed: what it says of OCSP is skipped.\n`);
  return found;
};
const hasGnutls = there('ocsptool', 'gnutls-bin');
const hasNss =
  there('ocspclnt', 'libnss3-tools') &&
  there('certutil', 'libnss3-tools') &&
  there('vfychain', 'libnss3-tools');
const hasCurl = there('curl', 'curl');

const folder = temporaryFolder();
let counter: Counter;
let service: Service & { readonly url: string };
const at = (name: string): string => counter.at(name);
const get: Counter['get'] = (name) => counter.get(name);

beforeAll(async () => {
  counter = await openCounter(folder.path, {
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        if (id === 'signature') ocsp.furtherAlgorithms = ['ecdsa-p384-sha384'];
        if (id === 'authentication')
          Object.assign(ocsp, { algorithm: 'rsa2048-sha256', neverIssued: 'revoked' });
      }
    },
  });
  ({ service } = counter);
  for (const name of ['good', 'revoked', 'held']) await counter.issue(name, 'official-position');
  await counter.issue('client', 'organisation-client');
  await counter.issue('signature', 'person-signature');
  await counter.issue('authentication', 'person-authentication');
  await counter.forge('forged', 'good');
  await counter.forge('extended', 'authentication');
  const operator = service.principal('operator-noda');
  await service.app.authority.revoke(operator, get('revoked').ref, { reason: 'keyCompromise' });
  await service.app.authority.hold(operator, get('held').ref);
}, 120_000);

afterAll(async () => {
  await counter.service.close();
  folder.remove();
});

/** The status of each certificate, in the words of clients that know only these three. */
const STATUSES = [
  ['good', 'good'],
  ['client', 'good'],
  ['signature', 'good'],
  ['authentication', 'good'],
  ['revoked', 'revoked'],
  ['held', 'revoked'],
  ['forged', 'unknown'],
  ['extended', 'revoked'],
] as const;

describe.skipIf(!hasGnutls)('GnuTLS ocsptool', () => {
  const about = (name: string): string[] => [
    '--load-issuer',
    get(name).ca,
    '--load-cert',
    get(name).certificate,
  ];
  const tool = async (...args: readonly string[]) => {
    const { stdout, stderr, status } = await run('ocsptool', args);
    return { text: stdout + stderr, status };
  };
  const ask = (name: string, ...more: readonly string[]) =>
    tool(`--ask=${service.url}/ocsp`, ...about(name), '--load-trust', get(name).ca, ...more);

  describe.each(['--nonce', '--no-nonce'])('with %s', (option) => {
    it.each(STATUSES)('%s is %s', async (name, status) => {
      const { text } = await ask(name, option);
      expect(text).toContain(`Certificate Status: ${status}`);
      expect(text).toMatch(/Verifying OCSP Response: Success/);
      expect(text.includes('Nonce: ')).toBe(option === '--nonce');
    });
  });

  it('finds the responder by the address in the certificate, for a chain', async () => {
    const chain = ['good', 'good-ca'].map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join('');
    writeFileSync(at('chain.pem'), chain);
    const { text } = await tool('--ask', '--load-chain', at('chain.pem'), '--load-trust', get('good').ca);
    expect(text).toContain('Certificate Status: good');
  });

  it('shows the time of revocation and the algorithm of the signature', async () => {
    expect((await ask('revoked')).text).toContain('Revocation time: ');
    expect((await ask('signature')).text).toContain('ECDSA-SHA384');
    expect((await ask('authentication')).text).toContain('RSA-SHA256');
  });

  it('judges an answer from a file: by the CA, by the responder itself, and not by another CA', async () => {
    await ask('held', '--outfile', at('gnutls.der'));
    const verify = (...more: readonly string[]) => tool('-e', '--load-response', at('gnutls.der'), ...more);
    expect((await verify('--load-trust', get('held').ca)).text).toContain('Success');
    const decoded = decodeOcspResponse(new Uint8Array(readFileSync(at('gnutls.der'))));
    if (decoded.status !== 'successful') throw new Error(decoded.status);
    writeFileSync(at('signer.pem'), encodePem('CERTIFICATE', decoded.basic.certs[0] as Der));
    expect((await verify('--load-signer', at('signer.pem'))).text).toContain('Success');
    const other = await verify('--load-trust', get('authentication').ca);
    expect(other.text).toMatch(/Verifying OCSP Response: Failure/);
    const spoilt = readFileSync(at('gnutls.der'));
    const signature = Buffer.from(decoded.basic.signatureValue);
    const last = spoilt.indexOf(signature) + signature.length - 1;
    spoilt[last] = (spoilt[last] as number) ^ 1;
    writeFileSync(at('gnutls-spoilt.der'), spoilt);
    const refused = await tool(
      '-e',
      '--load-response',
      at('gnutls-spoilt.der'),
      '--load-trust',
      get('held').ca,
    );
    expect(refused.text).toMatch(/Verifying OCSP Response: Failure/);
  });

  it('writes requests that this project reads, and reads those that it writes', async () => {
    await tool('-q', ...about('good'), '--outfile', at('theirs.der'));
    const theirs = decodeOcspRequest(new Uint8Array(readFileSync(at('theirs.der'))));
    expect(theirs.requestList[0]?.certId.serialNumber).toBe(get('good').ref.serial);
    writeFileSync(at('ours.der'), await ocspRequestFor(service, get('good').ref));
    const { text } = await tool('-i', '--load-request', at('ours.der'));
    expect(text).toContain('Hash Algorithm: SHA256');
    expect(text).toContain(`Serial Number: ${get('good').ref.serial}`);
  });
});

describe.skipIf(!hasNss)('NSS', () => {
  const database = (): string => `sql:${at('nss')}`;
  const nss = async (tool: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = await run(tool, ['-d', database(), ...args]);
    return { text: stdout + stderr, status };
  };

  beforeAll(async () => {
    mkdirSync(at('nss'));
    await nss('certutil', '-N', '--empty-password');
    const add = (name: string, trust: string, file: string) =>
      nss('certutil', '-A', '-n', name, '-t', trust, '-i', file);
    for (const name of ['good', 'signature', 'authentication'])
      await add(`ca-${name}`, 'CT,CT,CT', get(name).ca);
    for (const [name] of STATUSES) await add(name, ',,', get(name).certificate);
  });

  it.each(STATUSES)('asks at the address in the certificate: %s is %s', async (name, status) => {
    const { text } = await nss('ocspclnt', '-S', name);
    const expected = {
      good: `"${name}" succeeded`,
      revoked: "Peer's Certificate has been revoked.",
      unknown: 'The OCSP server has no status for the certificate.',
    };
    expect(text).toContain(expected[status]);
  });

  it('asks at another address and trusts the responder that its options name', async () => {
    const by = (name: string) => nss('ocspclnt', '-S', name, '-l', `${service.url}/ocsp`, '-t', 'ca-good');
    expect((await by('good')).text).toContain('succeeded');
    expect((await by('revoked')).text).toContain('has been revoked');
  });

  it.each([
    ['client', '0', true],
    ['good', '4', true],
    ['revoked', '4', false],
    ['held', '4', false],
    ['forged', '4', false],
  ])('judges the whole path of %s for usage %s and insists on an answer', async (name, usage, good) => {
    const { text, status } = await nss(
      'vfychain',
      ...['-pp', '-u', usage, '-a', '-g', 'leaf', '-m', 'ocsp', '-s', 'requireInfo,failIfNoInfo'],
      get(name).certificate,
    );
    expect(text).toContain(good ? 'Chain is good!' : 'Chain is bad!');
    expect(status === 0).toBe(good);
    if (name === 'revoked' || name === 'held') expect(text).toContain('has been revoked');
  });

  it('writes requests that this project reads, and prints the answer', async () => {
    const dump = (option: string, name: string, file: string) =>
      run('sh', ['-c', `ocspclnt -d "${database()}" ${option} ${name} > "${at(file)}"`]);
    const print = (option: string, file: string) =>
      run('sh', ['-c', `ocspclnt -d "${database()}" ${option} < "${at(file)}"`]);
    await dump('-r', 'good', 'nss-request.der');
    const request = decodeOcspRequest(new Uint8Array(readFileSync(at('nss-request.der'))));
    expect(request.requestList[0]?.certId.serialNumber).toBe(get('good').ref.serial);
    await dump('-R', 'revoked', 'nss-answer.der');
    expect(decodeOcspResponse(new Uint8Array(readFileSync(at('nss-answer.der')))).status).toBe('successful');
    const { stdout } = await print('-P', 'nss-answer.der');
    expect(stdout).toContain('Response Status: successful');
    expect(stdout).toMatch(/Status: Cert has been revoked/i);
  });
});

describe.skipIf(!hasCurl)('curl', () => {
  const request = async (name: string): Promise<Buffer> =>
    Buffer.from(await ocspRequestFor(service, get(name).ref));
  const curl = async (...args: readonly string[]) => {
    const [head, body] = [at('head.txt'), at('body.der')];
    writeFileSync(body, '');
    const { stderr } = await run('curl', ['-sS', '-D', head, '-o', body, ...args]);
    expect(stderr).toBe('');
    const [line = '', ...lines] = readFileSync(head, 'latin1').trim().split('\r\n');
    const headers = new Map(lines.map((text) => text.toLowerCase().split(': ', 2) as [string, string]));
    return { status: Number(line.split(' ')[1]), headers, body: readFileSync(body) };
  };
  const statusIn = (body: Buffer): string | undefined => {
    const answer = decodeOcspResponse(body);
    return answer.status === 'successful' ? answer.basic.responses[0]?.certStatus.status : answer.status;
  };

  it('posts', async () => {
    writeFileSync(at('post.der'), await request('revoked'));
    const { headers, body } = await curl(
      '--data-binary',
      `@${at('post.der')}`,
      '-H',
      'content-type: application/ocsp-request',
      `${service.url}/ocsp`,
    );
    expect(headers.get('content-type')).toBe('application/ocsp-response');
    expect(headers.get('cache-control')).toBe('private, max-age=0, must-revalidate');
    expect(statusIn(body)).toBe('revoked');
  });

  it('gets by every spelling of base64, with the headers of RFC 9919, and 304 for an answer that it has', async () => {
    const base64 = (await request('good')).toString('base64');
    const spellings = [
      encodeURIComponent(base64),
      base64,
      base64.replace(/=+$/, ''),
      base64.replaceAll('+', '-').replaceAll('/', '_'),
    ];
    for (const spelling of spellings) {
      const { status, body } = await curl(`${service.url}/ocsp/${spelling}`);
      expect([status, statusIn(body)], spelling).toEqual([200, 'good']);
    }
    const path = `${service.url}/ocsp/${spellings[0]}`;
    const { headers, body } = await curl(path);
    const [, seconds] =
      /^public, max-age=(\d+), no-transform, must-revalidate$/.exec(headers.get('cache-control') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(200);
    expect(Number(seconds)).toBeLessThanOrEqual(300);
    const answer = decodeOcspResponse(body);
    const single = answer.status === 'successful' ? answer.basic.responses[0] : undefined;
    expect(Date.parse(headers.get('last-modified') ?? '')).toBe(single?.thisUpdate.getTime());
    expect(Date.parse(headers.get('expires') ?? '')).toBe(single?.nextUpdate?.getTime());
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await curl('-H', `if-none-match: ${etag}`, path)).status).toBe(304);
    expect((await curl('-H', 'if-none-match: "other"', path)).status).toBe(200);
    const head = await curl('-I', path);
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    expect((await curl('-X', 'PUT', path)).status).toBe(405);
    expect((await curl(`${service.url}/ocsp`)).status).toBe(405);
    expect((await curl('-H', 'content-type: text/plain', '--data', 'x', `${service.url}/ocsp`)).status).toBe(
      415,
    );
  });

  it('gets an error as an OCSP answer that no cache may keep', async () => {
    const { status, headers, body } = await curl(`${service.url}/ocsp/AAAA`);
    expect([status, headers.get('cache-control'), statusIn(body)]).toEqual([
      200,
      'no-store',
      'malformedRequest',
    ]);
  });

  it('gets, for a CertID with another digest, the answer for that very CertID', async () => {
    const issuer = decodeCertificate(await service.app.authority.caCertificate(get('good').ref.ca));
    for (const digest of ['sha1', 'sha384', 'sha512'] as const) {
      const certId = encodeCertId({
        hash: digest,
        issuerName: encodeName(issuer.subject),
        issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
        serialNumber: parseSerial(get('good').ref.serial),
      });
      const der = Buffer.from(encodeOcspRequest({ certIds: [certId] }));
      const { body } = await curl(`${service.url}/ocsp/${encodeURIComponent(der.toString('base64'))}`);
      const answer = decodeOcspResponse(body);
      const single = answer.status === 'successful' ? answer.basic.responses[0] : undefined;
      expect(single && Buffer.compare(single.certId.der, certId)).toBe(0);
    }
  });
});
