import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCertificateFile } from '../../cli/certificate-file.ts';
import { OpensslCa } from '../cli/openssl-ca.ts';
import { NO_OPENSSL } from '../pki/openssl.ts';

/** Certificates in files as stock tools write them: with text, with other line ends, one after the other. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(NO_OPENSSL)('a file with a certificate and its chain', () => {
  const ca = NO_OPENSSL ? undefined : new OpensslCa(join(folder, 'ca'));
  const leaf = ca?.issue('leaf', 'subjectAltName=DNS:www.example.jp');
  const pemOf = (name: string): string => readFileSync(ca?.pem(name) ?? '', 'utf8');
  const openssl = (...args: readonly string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
  const blocks = (): readonly string[] =>
    [pemOf('leaf'), pemOf('ca')].map((text) => text.slice(text.indexOf('-----BEGIN')));

  it.each<[string, () => string | Uint8Array]>([
    [
      'openssl x509 -text',
      () => ['leaf', 'ca'].map((name) => openssl('x509', '-text', '-in', ca?.pem(name) ?? '')).join(''),
    ],
    [
      'openssl s_client -showcerts',
      () =>
        blocks()
          .map((pem, at) => `${at} s:CN = ${at}\n  i:CN = CA\n${pem}`)
          .join('---\n'),
    ],
    ['CR alone at line ends', () => blocks().join('').replaceAll('\n', '\r')],
    [
      'no line end between them',
      () =>
        blocks()
          .map((pem) => pem.trimEnd())
          .join(''),
    ],
  ])('as with %s', async (_, write) => {
    const path = join(folder, 'chain.pem');
    writeFileSync(path, write());
    const { certificate, chain } = await readCertificateFile(path);
    expect(Buffer.compare(certificate.der, leaf?.certificate.der ?? Buffer.alloc(0))).toBe(0);
    expect(chain.map(({ der }) => Buffer.compare(der, ca?.certificate.der ?? Buffer.alloc(0)))).toEqual([0]);
  });

  it('as DER, and not with a private key beside it', async () => {
    const path = join(folder, 'leaf.der');
    writeFileSync(path, leaf?.certificate.der ?? '');
    expect((await readCertificateFile(path)).chain).toEqual([]);
    writeFileSync(path, blocks().join('') + readFileSync(join(folder, 'ca', 'leaf.key'), 'utf8'));
    await expect(readCertificateFile(path)).rejects.toThrow(
      /only blocks labelled CERTIFICATE are taken, and one labelled .*PRIVATE KEY was found/,
    );
  });
});
