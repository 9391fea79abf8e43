import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { openMultipart } from './s3-multipart.ts';

/**
 * The part of S3 that the adapter uses, on 127.0.0.1, written by us from the S3 documentation: GetObject, HeadObject,
 * PutObject with `If-None-Match: *` and `If-Match` (User Guide, "Conditional writes": 412 when the condition fails,
 * 404 when `If-Match` meets no object), DeleteObject (204, whether or not there was one), ListObjectsV2 with `prefix`, `start-after` and `max-keys` in byte order.
 *
 * No emulator on npm would do: s3rver ignores both headers on PUT, answers a list that is cut short with 500 under
 * OpenSSL 3, and lists `a-b` before `a`; fauxqs ignores the headers and sorts by locale. So these tests show that the
 * adapter keeps to the documented behaviour. They do not show that S3 does.
 *
 * As S3 does, it compares the SHA-256 that comes with a PUT, keeps it, and gives it back to a GET that asks for checksums.
 */
export const startS3Emulator = async (bucket: string) => {
  const objects = new Map<string, StoredPut>();
  const uploads = openMultipart((key, body, headers) => void objects.set(key, { body, headers }));
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const {
      status,
      headers = {},
      text = '',
    } = multipartAnswer(incoming, body) ?? answerTo(bucket, objects, incoming, body);
    outgoing.writeHead(status, headers);
    outgoing.end(incoming.method === 'HEAD' ? undefined : text);
  });
  const multipartAnswer = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer) => {
    const { pathname, searchParams } = new URL(url, 'http://emulator');
    if (!pathname.startsWith(`/${bucket}/`)) return undefined;
    return uploads.answerTo(method, pathname.slice(bucket.length + 2), searchParams, headers, body);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    access: {
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'us-east-1',
      clock: Date.now,
      credentials: { accessKeyId: 'emulator', secretAccessKey: 'emulator' },
    },
    keys: (): readonly string[] => [...objects.keys()],
    /** Multipart uploads that were begun and neither completed nor aborted. */
    openUploads: () => uploads.open(),
    uploadedBytes: () => uploads.bytes(),
    contentType: (key: string) => objects.get(key)?.headers['content-type'],
    checksum: (key: string) => objects.get(key)?.headers[CHECKSUM],
    /** Replaces an object's bytes, and keeps its old checksum. */
    damage: (key: string, body: Buffer) => {
      const { headers = {} } = objects.get(key) ?? {};
      objects.set(key, { body, headers });
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

interface StoredPut {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string | Buffer;
}

const answerTo = (
  bucket: string,
  objects: Map<string, StoredPut>,
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
): Answer => {
  const { pathname, searchParams } = new URL(url, 'http://emulator');
  const [, asked = '', ...segments] = pathname.split('/');
  const key = decodeURIComponent(segments.join('/'));
  // A signed request, or an address that is signed in its query.
  const signed = headers.authorization ?? searchParams.get('X-Amz-Signature');
  if (signed === null) return refusal(403, 'AccessDenied');
  if (asked !== bucket) return refusal(404, 'NoSuchBucket');
  if (method === 'GET' && key === '') return listed(objects, searchParams);
  const stored = objects.get(key);
  if (method === 'PUT') {
    const etag = stored?.headers.etag;
    if (headers['if-none-match'] === '*' && etag !== undefined) return refusal(412, 'PreconditionFailed');
    if (headers['if-match'] !== undefined) {
      if (etag === undefined) return refusal(404, 'NoSuchKey');
      if (etag !== headers['if-match']) return refusal(412, 'PreconditionFailed');
    }
    const sum = headers[CHECKSUM];
    if (sum !== undefined && sum !== createHash('sha256').update(body).digest('base64')) {
      return refusal(400, 'BadDigest');
    }
    const kept = Object.entries(headers).filter(
      ([name]) => name === 'content-type' || name === CHECKSUM || name.startsWith('x-amz-meta-'),
    );
    const made = { etag: `"${createHash('md5').update(body).digest('hex')}"` };
    objects.set(key, {
      body,
      headers: { ...Object.fromEntries(kept.map(([k, v]) => [k, String(v)])), ...made },
    });
    return { status: 200, headers: made };
  }
  if (method === 'DELETE') {
    objects.delete(key);
    return { status: 204 };
  }
  if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'MethodNotAllowed');
  if (stored === undefined) return refusal(404, 'NoSuchKey');
  const { [CHECKSUM]: sum, ...others } = stored.headers;
  return {
    status: 200,
    headers: {
      ...others,
      ...(sum !== undefined && headers['x-amz-checksum-mode'] === 'ENABLED' && { [CHECKSUM]: sum }),
      'content-length': `${stored.body.length}`,
    },
    text: stored.body,
  };
};

const listed = (objects: ReadonlyMap<string, StoredPut>, query: URLSearchParams): Answer => {
  const after = query.get('start-after') ?? '';
  const limit = Number(query.get('max-keys'));
  // Keys of the contract are ASCII, where JavaScript's order is the order of bytes.
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
    .sort();
  const contents = keys.slice(0, limit).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  const truncated = `<IsTruncated>${keys.length > limit}</IsTruncated>`;
  return {
    status: 200,
    headers: XML,
    text: `<ListBucketResult>${truncated}${contents.join('')}</ListBucketResult>`,
  };
};

const CHECKSUM = 'x-amz-checksum-sha256';

const XML = { 'content-type': 'application/xml' };

const refusal = (status: number, code: string): Answer => ({
  status,
  headers: XML,
  text: `<Error><Code>${code}</Code><Message>The emulator refuses this.</Message></Error>`,
});
