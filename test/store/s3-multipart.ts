import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The part of S3's multipart upload that the adapter uses, for the emulator, from the S3 documentation. S3 compares the
 * SHA-256 of each part; all parts but the last have 5 MiB or more; completing names each with its ETag and its checksum.
 */
export interface Multipart {
  /** Undefined if the request is not about a multipart upload. */
  answerTo(
    method: string,
    key: string,
    query: URLSearchParams,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): MultipartAnswer | undefined;
  /** Uploads that were begun and neither completed nor aborted. */
  open(): number;
  /** The bytes of the parts of open uploads. */
  bytes(): number;
}

export interface MultipartAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

const MIN_PART = 5 * 1024 * 1024;

interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;
const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
const error = (status: number, code: string): MultipartAnswer => ({
  status,
  text: `<Error><Code>${code}</Code></Error>`,
});

export const openMultipart = (
  store: (key: string, body: Buffer, headers: Readonly<Record<string, string>>) => void,
): Multipart => {
  const uploads = new Map<string, Upload>();

  const complete = (id: string, upload: Upload, body: Buffer): MultipartAnswer => {
    const named = [...body.toString('utf8').matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
      etag: /<ETag>(?:&quot;|")(\w+)(?:&quot;|")<\/ETag>/.exec(part)?.[1],
      sum: /<ChecksumSHA256>([^<]+)<\/ChecksumSHA256>/.exec(part)?.[1],
    }));
    const parts = named.map(({ number, etag, sum }) => {
      const part = upload.parts.get(number);
      return part && etagOf(part) === `"${etag}"` && sumOf(part) === sum ? part : undefined;
    });
    if (parts.length === 0 || parts.includes(undefined)) return error(400, 'InvalidPart');
    if (named.some(({ number }, i) => number !== i + 1)) return error(400, 'InvalidPartOrder');
    const whole = parts as Buffer[];
    if (whole.slice(0, -1).some(({ length }) => length < MIN_PART)) return error(400, 'EntityTooSmall');
    uploads.delete(id);
    store(upload.key, Buffer.concat(whole), upload.headers);
    return { status: 200, text: '<CompleteMultipartUploadResult/>' };
  };

  return {
    open: () => uploads.size,
    bytes: () =>
      [...uploads.values()]
        .flatMap(({ parts }) => [...parts.values()])
        .reduce((sum, { length }) => sum + length, 0),
    answerTo: (method, key, query, headers, body) => {
      if (method === 'POST' && query.has('uploads')) {
        const id = randomUUID();
        const kept = ['content-type', 'content-disposition'].map((name) => [name, String(headers[name])]);
        uploads.set(id, { key, headers: Object.fromEntries(kept), parts: new Map() });
        const text = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
        return { status: 200, text };
      }
      const id = query.get('uploadId');
      if (id === null) return undefined;
      const upload = uploads.get(id);
      if (upload?.key !== key) return error(404, 'NoSuchUpload');
      if (method === 'PUT') {
        if (headers['x-amz-checksum-sha256'] !== sumOf(body)) return error(400, 'BadDigest');
        upload.parts.set(Number(query.get('partNumber')), body);
        return { status: 200, headers: { etag: etagOf(body) } };
      }
      if (method === 'DELETE') {
        uploads.delete(id);
        return { status: 204 };
      }
      return method === 'POST' ? complete(id, upload, body) : error(405, 'MethodNotAllowed');
    },
  };
};
