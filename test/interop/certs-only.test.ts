import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certsOnly } from '../../lib/pki/certs-only.ts';
import { selfSigned } from '../pki/self-signed.ts';
import { serveService } from '../served-service.ts';
import { type Service, temporaryFolder } from '../service.ts';
import { hasJava, java, openssl } from './judges.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

const certificatesByJava = async (file: string): Promise<readonly Buffer[]> => {
  const lines = (await java('CertsOnly', [file])).trim().split('\n');
  return lines.map((line) => Buffer.from(line, 'base64'));
};

describe("a CA's chain as a certs-only message", { timeout: 60_000 }, () => {
  let service: Service & { readonly url: string };
  let cas: readonly string[];
  const get = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init);
  const bytesAt = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer());

  beforeAll(async () => {
    service = await serveService(at('data'));
    cas = (await service.app.authority.authorities()).map(({ id }) => id);
  }, 60_000);

  afterAll(async () => {
    await service.close();
    folder.remove();
  });

  it('comes by plain HTTP to everybody, with the type that RFC 5280 and RFC 8551 give it', async () => {
    const reply = await get(`/ca/${cas[0]}.p7c`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/pkcs7-mime; smime-type=certs-only');
    expect(reply.headers.get('cache-control')).toBe('public, max-age=86400');
  });

  it('has no body for HEAD, and is not sent again to a client that has it', async () => {
    const reply = await get(`/ca/${cas[0]}.p7c`);
    const etag = reply.headers.get('etag') as string;
    const head = await get(`/ca/${cas[0]}.p7c`, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    expect(head.headers.get('content-length')).toBe(String((await reply.arrayBuffer()).byteLength));
    const again = await get(`/ca/${cas[0]}.p7c`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('is unknown-authority if there is no such CA', async () => {
    const reply = await get('/ca/nobody-9.p7c');
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
      404,
      'unknown-authority',
    ]);
  });

  it('holds, according to OpenSSL, the certificate of the DER address', async () => {
    expect(cas.length).toBeGreaterThan(1);
    for (const ca of cas) {
      writeFileSync(at(`${ca}.p7c`), await bytesAt(`/ca/${ca}.p7c`));
      const { output, status } = await openssl(
        'pkcs7',
        '-inform',
        'DER',
        '-in',
        at(`${ca}.p7c`),
        '-print_certs',
      );
      expect(status).toBe(0);
      const pem = await (await get(`/ca/${ca}.pem`)).text();
      expect(output.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
      expect(output).toContain(pem);
    }
  });

  it.skipIf(!hasJava)('holds the same according to Java', async () => {
    const [ca] = cas;
    writeFileSync(at('java.p7c'), await bytesAt(`/ca/${ca}.p7c`));
    expect(await certificatesByJava(at('java.p7c'))).toEqual([await bytesAt(`/ca/${ca}.cer`)]);
  });

  it.skipIf(!hasJava)('may hold several, which Java finds in the order of their encodings', async () => {
    const several = Array.from({ length: 3 }, () => selfSigned().der);
    writeFileSync(at('several.p7c'), await certsOnly(several));
    const found = await certificatesByJava(at('several.p7c'));
    expect(found).toEqual(several.toSorted(Buffer.compare).map((der) => Buffer.from(der)));
  });
});
