import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Incoming } from '../aws/exchange.ts';
import { NoAnswer } from '../aws/outcome.ts';
import type { AwsAccess } from '../aws/service.ts';
import { openS3Requests } from './s3-requests.ts';

/** What the bucket asks of S3, one attempt each. All reject with `Refusal` or `NoAnswer`. */
export interface S3Calls {
  get(key: string): Promise<Incoming>;
  head(key: string): Promise<Incoming>;
  /** `headers` are the condition, the content type and the metadata. */
  put(key: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<Incoming>;
  /** Answered alike where there is no such object. */
  delete(key: string): Promise<Incoming>;
  /** At most `limit` keys after `after`, in order, and whether there are more. */
  list(prefix: string, limit: number, after: string | undefined): Promise<Listing>;
  close(): void;
}

export interface Listing {
  readonly keys: readonly string[];
  readonly truncated: boolean;
}

/** A national CRL is tens of megabytes. */
const LIMITS = { connectMs: 2_000, answerMs: 60_000, maxBytes: 256 * 1024 * 1024 };

export const openS3Calls = (bucket: string, access: AwsAccess): S3Calls => {
  const { ask, close } = openS3Requests(bucket, access, LIMITS);
  return {
    get: async (key) => {
      const answer = await ask('GET', `/${key}`, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      checkSums(answer);
      return answer;
    },
    head: (key) => ask('HEAD', `/${key}`),
    put: (key, body, headers) => ask('PUT', `/${key}`, { body, headers }),
    delete: (key) => ask('DELETE', `/${key}`),
    list: async (prefix, limit, after) => {
      const query = {
        'list-type': '2',
        'max-keys': String(limit),
        prefix,
        ...(after !== undefined && { 'start-after': after }),
      };
      return readListing((await ask('GET', '/', { query })).body.toString('utf8'));
    },
    close,
  };
};

/** SHA-256 is what is put here; CRC-32 is what an object has that the AWS SDK or CLI put. */
const checkSums = ({ headers, body }: Incoming): void => {
  const sha256 = headers['x-amz-checksum-sha256'];
  const crc = headers['x-amz-checksum-crc32'];
  if (
    (sha256 !== undefined && sha256 !== hash('sha256', body, 'base64')) ||
    (crc !== undefined && crc !== crc32Of(body))
  ) {
    throw new NoAnswer('WrongChecksum', true);
  }
};

const crc32Of = (body: Uint8Array): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
};

/** Of ListObjectsV2's XML, what stands in it once for each object and once for all. */
const readListing = (xml: string): Listing => {
  const truncated = /<IsTruncated>(true|false)<\/IsTruncated>/.exec(xml)?.[1];
  if (truncated === undefined || !xml.trimEnd().endsWith('</ListBucketResult>')) {
    throw new NoAnswer('MalformedAnswer', true);
  }
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
    key.replace(/&[^;]*;/g, plain),
  );
  return { keys, truncated: truncated === 'true' };
};

const NAMED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

/** A character reference of XML. None stands in a key of ours, but the bucket may hold others. */
const plain = (reference: string): string => {
  const [, hex, decimal] = /^&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(reference) ?? [];
  const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : (NAMED[reference] ?? reference);
};
