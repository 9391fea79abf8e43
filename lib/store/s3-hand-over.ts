import { hash } from 'node:crypto';
import type { Incoming } from '../aws/exchange.ts';
import { Refusal } from '../aws/outcome.ts';
import type { AwsAccess } from '../aws/service.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import type { About, HandOver } from './contract.ts';
import { asRetryable, retrying, storeUnavailable } from './retry.ts';
import { openAddresses } from './s3-address.ts';
import { type Asked, openS3Requests } from './s3-requests.ts';

/** Bytes of a part. S3 takes parts from 5 MiB on, but for the last, and 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const LIMITS = { connectMs: 2_000, answerMs: 20_000, maxBytes: 1024 * 1024 };

/**
 * Files on S3, by multipart upload: one part in memory at a time. An upload that breaks off is aborted; what a process
 * that died leaves, the bucket's lifecycle takes away, as it does with the files (infra/hand-over.ts).
 *
 * `addresses` is the access by which addresses are made, where those who fetch reach S3 by another host than the service.
 */
export const openS3HandOver = (options: {
  readonly bucket: string;
  readonly access: AwsAccess;
  readonly addresses?: AwsAccess;
  readonly random: Random;
}): HandOver => {
  const { bucket, access, random } = options;
  const s3 = openS3Requests(bucket, access, LIMITS);
  const addressOf = openAddresses(bucket, options.addresses ?? access);

  /** A part that is put again takes the place of itself; an upload too many is left to the lifecycle. */
  const ask = (method: string, key: string, asked: Partial<Asked>): Promise<Incoming> =>
    retrying(random, async (unsure) => {
      try {
        return await s3.ask(method, `/${key}`, asked);
      } catch (error) {
        if (Fault.is(error)) throw error;
        // The upload that is to be completed is no more: an attempt whose answer was lost has completed it, or it has
        // been taken away. Nobody else has the key.
        if (unsure && error instanceof Refusal && error.name === 'NoSuchUpload') {
          return await s3.ask('HEAD', `/${key}`).catch((missing: unknown) => {
            throw storeUnavailable(missing);
          });
        }
        const again = asRetryable(error);
        if (again === undefined) throw storeUnavailable(error);
        return again;
      }
    });

  const begin = async (key: string, { contentType, contentDisposition }: About): Promise<string> => {
    const { body } = await ask('POST', key, {
      query: { uploads: '' },
      headers: {
        'content-type': contentType,
        'content-disposition': contentDisposition,
        'x-amz-checksum-algorithm': 'SHA256',
      },
    });
    const id = /<UploadId>([^<&]+)<\/UploadId>/.exec(body.toString('utf8'))?.[1];
    if (id === undefined) throw storeUnavailable(new Error('an upload without an id'));
    return id;
  };

  return {
    file: async (bytes, about) => {
      // A day's files are together, and the rest of the name nobody can guess.
      const day = new Date(access.clock()).toISOString().slice(0, 10);
      const key = `${day}/${Buffer.from(random(24)).toString('base64url')}`;
      const uploadId = await begin(key, about);
      try {
        const parts: string[] = [];
        for await (const part of inParts(bytes)) {
          const partNumber = String(parts.length + 1);
          if (parts.length === MAX_PARTS) {
            throw new Fault('value-too-large', 'The file is too large; ask for less.');
          }
          const { headers } = await ask('PUT', key, { query: { partNumber, uploadId }, body: part });
          const sum = hash('sha256', part, 'base64');
          parts.push(
            `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escaped(String(headers.etag))}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part>`,
          );
        }
        const list = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
        await ask('POST', key, {
          query: { uploadId },
          headers: { 'content-type': 'application/xml' },
          body: Buffer.from(list),
        });
      } catch (error) {
        // The error that is told is the first one; what cannot be aborted now is left to the lifecycle.
        await s3.ask('DELETE', `/${key}`, { query: { uploadId } }).catch(() => {});
        throw error;
      }
      return addressOf(key);
    },
  };
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Pieces of any size as parts of one size; the last is shorter, and there is at least one. */
const inParts = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  let given = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; ) {
      const taken = Math.min(PART_BYTES - filled, piece.length - at);
      part.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled === PART_BYTES) {
        yield part;
        given++;
        filled = 0;
      }
    }
  }
  if (filled > 0 || given === 0) yield part.subarray(0, filled);
};
