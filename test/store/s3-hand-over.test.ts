import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAddresses } from '../../lib/store/s3-address.ts';
import { openS3HandOver } from '../../lib/store/s3-hand-over.ts';
import type { HandOver } from '../../lib/store/store.ts';
import { isSignedInQuery } from '../aws/signature-oracle.ts';
import { type Fate, startCuttingProxy } from './cutting-proxy.ts';
import { startS3Emulator } from './s3-emulator.ts';

const MB = 1024 * 1024;
const ABOUT = { contentType: 'text/csv', contentDisposition: 'attachment; filename="records.csv"' };

const inPieces = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

describe('handing over by S3', () => {
  let emulator: Awaited<ReturnType<typeof startS3Emulator>>;
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
  let handOver: HandOver;

  beforeAll(async () => {
    emulator = await startS3Emulator('handed-over');
    const { hostname, port } = new URL(emulator.access.endpoint);
    proxy = await startCuttingProxy(
      { host: hostname, port: Number(port) },
      ({ method }) => method === 'POST' || method === 'PUT',
    );
    handOver = openS3HandOver({
      bucket: 'handed-over',
      access: { ...emulator.access, endpoint: proxy.endpoint },
      addresses: emulator.access,
      clock: Date.now,
      random: randomBytes,
    });
  });
  afterEach(() => {
    expect(proxy.left()).toBe(0);
    expect(emulator.openUploads()).toBe(0);
  });
  afterAll(async () => {
    await proxy?.stop();
    await emulator?.stop();
  });

  it.each([
    [0, 1],
    [1, 1],
    [8 * MB, MB],
    [8 * MB + 1, 3 * MB],
    [20 * MB + 7, 9 * MB],
  ])('gives %i bytes back, written in pieces of %i', async (length, size) => {
    const bytes = randomBytes(length);
    const address = await handOver.file(inPieces(bytes, size), ABOUT);
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv');
    expect(answer.headers.get('content-disposition')).toBe(ABOUT.contentDisposition);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('gives every file an address of its own, which is valid for five minutes', async () => {
    const [one, other] = [
      new URL(await handOver.file(inPieces(Buffer.from('a'), 1), ABOUT)),
      new URL(await handOver.file(inPieces(Buffer.from('a'), 1), ABOUT)),
    ];
    expect(one.pathname).not.toBe(other.pathname);
    expect(one.pathname).toMatch(/^\/handed-over\/\d{4}-\d\d-\d\d\/[\w-]{32}$/);
    expect(one.searchParams.get('X-Amz-Expires')).toBe('300');
    one.search = '';
    expect((await fetch(one)).status).toBe(403);
  });

  it('leaves nothing of a file whose stream fails, and rejects with its error', async () => {
    const before = emulator.keys().length;
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(9 * MB);
      throw new Error('the ledger went away');
    };
    await expect(handOver.file(broken(), ABOUT)).rejects.toThrow('the ledger went away');
    expect(emulator.keys()).toHaveLength(before);
  });

  it('stops reading a file that it cannot write, and leaves nothing', async () => {
    const before = emulator.keys().length;
    let ended = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield randomBytes(MB);
      } finally {
        ended = true;
      }
    };
    // The upload begins; its first part is refused for good.
    proxy.next('pass', 409);
    await expect(handOver.file(endless(), ABOUT)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(ended).toBe(true);
    expect(emulator.keys()).toHaveLength(before);
  });

  it.each<Fate[][]>([
    [['pass', 'lost', 'pass', 'pass']],
    [['pass', 'appliedThenCut', 503, 'pass', 'pass']],
    [['pass', 'pass', 'lost', 'pass']],
    // The upload is complete. Completing it again gives 404.
    [['pass', 'pass', 'appliedThenCut', 'pass']],
    [['lost', 503, 'pass', 'pass', 'pass']],
  ])('writes the file once where answers are lost: %j', async (fates) => {
    const bytes = randomBytes(100);
    proxy.next(...fates);
    const answer = await fetch(await handOver.file(inPieces(bytes, 30), ABOUT));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('holds one part at a time, however large the file', async () => {
    const piece = Buffer.alloc(MB, 'x');
    let given = 0;
    let held = 0;
    const counting = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 40; i++) {
        held = Math.max(held, given - emulator.uploadedBytes());
        given += piece.length;
        yield piece;
      }
    };
    await handOver.file(counting(), ABOUT);
    expect(given).toBe(40 * MB);
    expect(held).toBeLessThanOrEqual(8 * MB);
  });
});

describe('an address', () => {
  const access = {
    region: 'us-east-1',
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  };

  it('is at the bucket, by the host or by the path', async () => {
    const of = async (bucket: string, endpoint?: string) => {
      const { origin, pathname } = new URL(
        await openAddresses(bucket, { ...access, ...(endpoint && { endpoint }) })('crl/a/1.crl'),
      );
      return `${origin}${pathname}`;
    };
    expect(await of('published')).toBe('https://published.s3.us-east-1.amazonaws.com/crl/a/1.crl');
    expect(await of('published.example')).toBe(
      'https://s3.us-east-1.amazonaws.com/published.example/crl/a/1.crl',
    );
    expect(await of('published', 'https://bucket.vpce-1a.s3.us-east-1.vpce.amazonaws.com')).toBe(
      'https://bucket.vpce-1a.s3.us-east-1.vpce.amazonaws.com/published/crl/a/1.crl',
    );
  });

  it("is signed as AWS's own signer signs it, and not by another key", async () => {
    const session = { ...access, credentials: { ...access.credentials, sessionToken: 'a/b+c=' } };
    const { host, pathname, search } = new URL(
      await openAddresses('published', session)('2026-11-22/aZ_-9.crl'),
    );
    const request = { method: 'GET', url: `${pathname}${search}`, headers: { host } };
    expect(await isSignedInQuery(request, access.credentials.secretAccessKey)).toBe(true);
    expect(await isSignedInQuery(request, 'another')).toBe(false);
    expect(
      await isSignedInQuery(
        { ...request, url: request.url.replace('aZ', 'aY') },
        access.credentials.secretAccessKey,
      ),
    ).toBe(false);
  });

  it("carries the session token of a role, which the role's access key needs", async () => {
    const session = { ...access, credentials: { ...access.credentials, sessionToken: 'a/b+c=' } };
    const address = new URL(await openAddresses('published', session)('k'));
    expect(address.searchParams.get('X-Amz-Security-Token')).toBe('a/b+c=');
  });
});
