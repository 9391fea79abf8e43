import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsr } from '../../cli/csr.ts';
import { exchange } from '../../cli/exchange.ts';
import { credentialsOfAll } from '../credentials.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, type Service, temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { NO_CASES, readCase } from './cases.ts';

/** Certification requests as other people's tools write them, through the API and through `akashi request`. */
const folder = temporaryFolder();
let service: Service & { readonly url: string; readonly tlsPort: number };

beforeAll(async () => {
  service = await serveService(join(folder.path, 'data'));
  const credentials = join(folder.path, 'credentials');
  await credentialsOfAll(service, credentials);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const submit = async (csr: string, profile = 'official-position', fields: object = FIELDS[profile] ?? {}) => {
  const read = (file: string) =>
    readFileSync(join(folder.path, 'credentials', 'higashi-counter', file), 'utf8');
  const { status, body } = await exchange({
    url: new URL(`https://localhost:${service.tlsPort}/api/v1/requests`),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ profile, csr, fields }),
    tls: { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') },
    maxBytes: 65_536,
    timeoutMs: 20_000,
  });
  const { code, detail } = JSON.parse(body.toString());
  return { status, code, detail };
};

const submissions = async (): Promise<number> =>
  (await allRecords(service)).filter(({ kind }) => kind === 'submission').length;

describe.skipIf(NO_CASES)('certification requests from the cases', () => {
  it.each([
    ['H1a', 'the text of certtool around it'],
    ['H1b', 'the text of certutil around it'],
    ['H1c', 'the text of openssl req -text around it'],
    ['H1d', 'a line before it'],
    ['H2', 'critical FALSE written out'],
    ['H3', 'attributes not in the order of a SET OF'],
    ['P1', 'the NEW label'],
    ['P2', 'a critical subjectAltName'],
    ['P3', 'an RSA signature algorithm without NULL'],
    ['P15', 'an RSA signature algorithm with NULL'],
  ])('%s, with %s, is taken', async (name) => {
    expect(await submit(readCase(`${name}.csr`).toString('utf8'))).toMatchObject({ status: 201 });
  });

  it('P4, with an empty subjectAltName, is refused and leaves nothing', async () => {
    const before = await submissions();
    const answer = await submit(readCase('P4.csr').toString('utf8'));
    expect(answer).toMatchObject({ status: 400, code: 'malformed-csr' });
    expect(await submissions()).toBe(before);
  });
});

describe.skipIf(NO_CASES)('labels that are no A-labels', () => {
  it.each([
    ['H5a', 'xn--a.example.jp'],
    ['H5b', 'xn--vlaue.jp'],
    ['H5c', 'ab--cd.example.jp'],
  ])('%s: %s is refused and leaves nothing', async (name, dnsName) => {
    const before = await submissions();
    const csr = readCase(`${name}.csr`).toString('utf8');
    const answer = await submit(csr, 'organisation-server', { dnsNames: ['www.example.jp', dnsName] });
    expect(answer).toMatchObject({ status: 422, code: 'invalid-field' });
    expect(answer.detail).toContain('is not a domain name');
    const mail = { ...FIELDS['official-position'], mail: `mayor@${dnsName}` };
    expect(await submit(csr, 'official-position', mail)).toMatchObject({ code: 'invalid-field' });
    expect(await submissions()).toBe(before);
  });

  it('an A-label is taken', async () => {
    const csr = readCase('H5a.csr').toString('utf8');
    const fields = { dnsNames: ['XN--WGV71A.jp'] };
    expect(await submit(csr, 'organisation-server', fields)).toMatchObject({ status: 201 });
  });
});

describe.skipIf(NO_CASES)('akashi request reads the same files', () => {
  const terminal = {
    out: () => {},
    err: () => {},
    isWatched: false,
    now: Date.now,
    input: async () => Buffer.alloc(0),
  };
  const file = (name: string, content: Uint8Array | string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    return path;
  };

  it.each(['H1a', 'H1b', 'H1c', 'H1d', 'H2', 'H3', 'P1'])('%s', async (name) => {
    const text = readCase(`${name}.csr`).toString('utf8');
    const plain = /-----BEGIN[^-]+-----([^-]+)-----END/.exec(text)?.[1]?.replace(/\s/g, '');
    const read = await readCsr(file(name, text), terminal);
    expect(read.replace(/-----[^-]+-----|\s/g, '')).toBe(plain);
    const der = Buffer.from(plain ?? '', 'base64');
    expect(await readCsr(file(`${name}.der`, der), terminal)).toBe(read);
  });

  it('not two requests in one file, and no file with another label', async () => {
    const text = readCase('H1d.csr').toString('utf8');
    const two = 'Malformed PEM: there is more than one block, and one is taken.';
    const twice = readCsr(file('two.csr', text + text), terminal);
    await expect(twice).rejects.toMatchObject({ code: 'malformed-pem', message: two });
    expect(await submit(text + text)).toEqual({ status: 400, code: 'malformed-pem', detail: two });
    const key = readCase('H1d.csr').toString('utf8').replaceAll('CERTIFICATE REQUEST', 'EC PRIVATE KEY');
    const wrong = /only blocks labelled .* are taken, and one labelled EC PRIVATE KEY was found/;
    await expect(readCsr(file('key.pem', key), terminal)).rejects.toThrow(wrong);
    expect((await submit(key)).detail).toMatch(wrong);
  });
});
