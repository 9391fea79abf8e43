import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApiClient } from '../../cli/api-client.ts';
import { saving } from '../../cli/save.ts';

/** On AWS an answer that is too large for the API is put into S3, and the API redirects there. */

let servers: Server[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redirect-'));
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
  rmSync(folder, { recursive: true });
});

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const SECRET = 'eyJ.token';
const clientOf = (url: string) =>
  openApiClient({
    url,
    tlsUrl: url,
    tokenUrl: url,
    caller: { by: 'token', token: SECRET },
    data: './data',
    credentials: './data/credentials',
    json: false,
    language: 'en',
  });

const store = async (status: number, body: string) => {
  const asked: IncomingMessage[] = [];
  const url = await listen((request, response) => {
    asked.push(request);
    response.writeHead(status).end(body);
  });
  return { url, asked };
};

const sending = (status: number, location: string) => {
  const asked: IncomingMessage[] = [];
  return listen((request, response) => {
    asked.push(request);
    response.writeHead(status, { location }).end();
  }).then((url) => ({ url, asked }));
};

describe('an answer that is elsewhere', () => {
  it('is fetched and saved, without the credentials', async () => {
    const { url: s3, asked } = await store(200, 'a,b\n1,2\n');
    const door = await sending(303, `${s3}/2026-11-22/abc?X-Amz-Signature=00`);
    const file = join(folder, 'records.csv');
    const saved = await saving(file, { overwrite: false }, (take) =>
      clientOf(door.url).save('/api/v1/exports/records.csv', take, { kind: 'issuance' }),
    );
    expect(saved.bytes).toBe(8);
    expect(readFileSync(file, 'utf8')).toBe('a,b\n1,2\n');
    expect(door.asked[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(asked.map(({ url }) => url)).toEqual(['/2026-11-22/abc?X-Amz-Signature=00']);
    expect(JSON.stringify(asked[0]?.rawHeaders)).not.toContain(SECRET);
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('is read as JSON, and as the answer to an authenticated request', async () => {
    const { url: s3, asked } = await store(200, '{"reports":[]}');
    const door = await sending(302, `${s3}/x`);
    const client = clientOf(door.url);
    expect(await client.get('/api/v1/reports/annual', z.object({ reports: z.array(z.string()) }))).toEqual({
      reports: [],
    });
    const url = new URL(`${door.url}/crl/organisation-1/full.crl`);
    const answer = await client.ask({ url, method: 'GET', maxBytes: 1000, timeoutMs: 5000 });
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"reports":[]}']);
    expect(door.asked[1]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('is followed once, and only to a web address', async () => {
    const third = await sending(303, 'http://127.0.0.1:1/');
    const second = await sending(303, `${third.url}/again`);
    for (const to of [`${second.url}/once`, 'file:///etc/passwd', 'ftp://127.0.0.1/x', 'http://[']) {
      const door = await sending(303, to);
      const saved = saving(join(folder, 'x'), { overwrite: false }, (take) =>
        clientOf(door.url).save('/x', take),
      );
      await expect(saved).rejects.toMatchObject({ problem: { code: 'unexpected-answer' } });
    }
    expect(third.asked).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is gone is a failure, and leaves no file', async () => {
    const { url: s3 } = await store(403, '<Error><Code>AccessDenied</Code></Error>');
    const door = await sending(303, `${s3}/old`);
    await expect(
      saving(join(folder, 'x'), { overwrite: false }, (take) => clientOf(door.url).save('/x', take)),
    ).rejects.toMatchObject({
      message: expect.stringContaining('answered 403; ask again'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not followed after a request that changes something', async () => {
    const { url: s3, asked } = await store(200, '{}');
    const door = await sending(303, `${s3}/x`);
    await expect(clientOf(door.url).post('/api/v1/crls/a', z.object({}))).rejects.toMatchObject({
      problem: { code: 'unexpected-answer' },
    });
    expect(asked).toEqual([]);
  });
});

it('a file that is too large for the door of AWS is refused with the advice to put it into the bucket', async () => {
  const door = await listen((request, response) => {
    request.resume();
    response.writeHead(413, { 'content-type': 'application/json' }).end('{"message":"Request Too Large"}');
  });
  const upload = clientOf(door).upload(
    '/api/v1/cdn-logs/a.gz',
    z.object({}),
    Buffer.from('x'),
    'application/gzip',
  );
  await expect(upload).rejects.toMatchObject({
    message: expect.stringContaining('into the bucket'),
  });
});
