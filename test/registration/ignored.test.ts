import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_OPENSSL, openssl } from '../pki/openssl.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';

/** The parts of a stock client's PKCS#10 request that the certificate will not have. */
const folder = temporaryFolder();
let service: Service;
beforeAll(async () => {
  service = await openService(folder.path);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const CONFIG = `
[req]
prompt = no
distinguished_name = name
req_extensions = extensions
attributes = attributes
[name]
CN = elsewhere.example
[extensions]
subjectAltName = DNS:www.mizusaki.example, DNS:other.example, IP:192.0.2.7, IP:2001:db8::1
keyUsage = critical, keyCertSign
[attributes]
challengePassword = not-for-anybody
`;

let made = 0;
const submit = async (args: readonly string[]) => {
  const config = join(folder.path, `${made++}.cnf`);
  writeFileSync(config, CONFIG);
  const newKey = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    '/dev/null',
  ];
  const csr = openssl(['req', '-new', ...newKey, ...args.map((arg) => (arg === 'CONFIG' ? config : arg))]);
  const { request } = await service.app.registration.submit(service.principal('higashi-counter'), {
    profile: 'organisation-server',
    csr: csr.toString(),
    fields: { dnsNames: ['www.mizusaki.example'] },
  });
  return request;
};

describe.skipIf(NO_OPENSSL)('a request with parts that are not used', () => {
  it('says them to the office and to those who examine, but for what the certificate has anyway', async () => {
    const request = await submit(['-config', 'CONFIG']);
    expect(request.ignored).toEqual([
      { part: 'subject', value: 'CN=elsewhere.example' },
      { part: 'extension', name: 'subjectAltName', value: 'dNSName other.example' },
      { part: 'extension', name: 'subjectAltName', value: 'iPAddress 192.0.2.7' },
      { part: 'extension', name: 'subjectAltName', value: 'iPAddress 2001:db8::1' },
      { part: 'extension', name: 'keyUsage' },
      { part: 'attribute', name: '1.2.840.113549.1.9.7' },
    ]);
    expect(JSON.stringify(request)).not.toContain('not-for-anybody');
    for (const id of ['higashi-examiner', 'operator-noda']) {
      const shown = await service.app.registration.get(service.principal(id), request.id);
      expect(shown.ignored).toEqual(request.ignored);
    }
  });

  it('says nothing where there are none', async () => {
    expect(await submit(['-subj', '/'])).not.toHaveProperty('ignored');
  });

  it('says the first twenty, cut to what people read', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `DNS:n${n}.example`).join(',');
    const { ignored = [] } = await submit([
      '-subj',
      `/${`OU=${'x'.repeat(60)}`}/${`OU=${'y'.repeat(60)}`}/${`OU=${'z'.repeat(60)}`}/${`OU=${'w'.repeat(60)}`}`,
      '-addext',
      `subjectAltName=${names}`,
    ]);
    expect(ignored).toHaveLength(20);
    expect(ignored[0]?.value).toHaveLength(201);
  });
});
