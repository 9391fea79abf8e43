import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { principalCredentials } from '../../functions/local-credentials.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { encodeCertId, encodeOcspRequest } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import {
  collectInto,
  issueThroughOffice,
  opensslRequest,
  type Service,
  serveService,
  temporaryFolder,
} from '../service.ts';
import { ocspRequestFor } from '../world.ts';
import { run } from './judges.ts';

/** Stock OCSP clients against the service behind a real socket, each with the options that it has. */

const there = (tool: string, from: string): boolean => {
  const found = spawnSync('which', [tool]).status === 0;
  if (!found) process.stdout.write(`${tool} (${from}) is not installed: what it says of OCSP is skipped.\n`);
  return found;
};
const hasGnutls = there('ocsptool', 'gnutls-bin');
const hasNss = there('ocspclnt', 'libnss3-tools') && there('certutil', 'libnss3-tools');
const hasCurl = there('curl', 'curl');

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
let service: Service & { readonly url: string };

interface Held {
  readonly ref: { readonly ca: string; readonly serial: string };
  readonly certificate: string;
  readonly ca: string;
}
const held = new Map<string, Held>();
const get = (name: string): Held => {
  const found = held.get(name);
  if (!found) throw new Error(name);
  return found;
};

beforeAll(async () => {
  service = await serveService(at('data'), {
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        if (id === 'organisation') ocsp.furtherAlgorithms = ['rsa2048-sha256'];
        if (id === 'signature') ocsp.signedRequests = 'required';
        if (id === 'authentication') ocsp.neverIssued = 'revoked';
      }
    },
  });
  await principalCredentials(service.works, at('credentials'), service.trustDomain, service.now);
  for (const [name, profile] of [
    ['good', 'official-position'],
    ['revoked', 'official-position'],
    ['signed', 'person-signature'],
    ['person', 'person-authentication'],
  ] as const) {
    const { id, certificate } = await issueThroughOffice(service, profile, opensslRequest(folder.path, name));
    held.set(name, { ref: certificate, ...(await collectInto(service, id, folder.path, name)) });
  }
  await service.app.authority.revoke(service.principal('operator-noda'), get('revoked').ref, {
    reason: 'keyCompromise',
  });
}, 120_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe.skipIf(!hasGnutls)('GnuTLS ocsptool', () => {
  const ask = (name: string, ...more: readonly string[]) => {
    const { ca, certificate } = get(name);
    const files = ['--load-issuer', ca, '--load-cert', certificate, '--load-trust', ca];
    return run('ocsptool', [`--ask=${service.url}/ocsp`, ...files, ...more]);
  };

  it.each([
    ['with a nonce', ['--nonce']],
    ['without', ['--no-nonce']],
  ])('%s', async (_, options) => {
    const good = await ask('good', ...options);
    expect(good.stdout, good.stderr).toContain('Certificate Status: good');
    expect(good.stdout + good.stderr).toMatch(/Verifying OCSP Response: Success|Success/);
    const revoked = await ask('revoked', ...options);
    expect(revoked.stdout, revoked.stderr).toContain('Certificate Status: revoked');
  });
});

describe.skipIf(!hasNss)('NSS ocspclnt', () => {
  const database = at('nss');
  const nss = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await run('ocspclnt', ['-d', `sql:${database}`, ...args]);
    return `${stdout}${stderr}${status}`;
  };

  it('asks where the certificate says, and believes the answer', async () => {
    mkdirSync(database);
    await run('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
    const add = (name: string, trust: string, file: string) =>
      run('certutil', ['-A', '-d', `sql:${database}`, '-n', name, '-t', trust, '-i', file]);
    await add('ca', 'C,C,C', get('good').ca);
    for (const name of ['good', 'revoked']) await add(name, ',,', get(name).certificate);
    expect(await nss('-S', 'good')).toContain('"good" succeeded');
    expect(await nss('-S', 'revoked')).toMatch(/revoked/i);
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

  it('gets by every spelling of base64, with the headers of RFC 9919, and 304 for what it has', async () => {
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

  it('gets an error as an OCSP answer that nobody keeps', async () => {
    const { status, headers, body } = await curl(`${service.url}/ocsp/AAAA`);
    expect([status, headers.get('cache-control'), statusIn(body)]).toEqual([
      200,
      'no-store',
      'malformedRequest',
    ]);
  });

  it('gets by CertIDs of another digest the answer for that CertID', async () => {
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
