import { hash } from 'node:crypto';
import type { Incoming } from '../aws/exchange.ts';
import { Refusal } from '../aws/outcome.ts';
import { type AwsAccess, openService } from '../aws/service.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import type { About, HandOver } from './hand-over.ts';
import { asRetryable, retrying, storeUnavailable } from './retry.ts';
import { openAddresses, placeOf } from './s3-address.ts';

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
  const { host, root } = placeOf(bucket, access);
  const { send } = openService('s3', host, access, LIMITS);
  const addressOf = openAddresses(bucket, options.addresses ?? access);

  const once = async (
    method: string,
    key: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
    body: Uint8Array = EMPTY,
  ): Promise<Incoming> => {
    const sha256 = hash('sha256', body, 'buffer');
    const answer = await send({
      method,
      path: `${root}/${key}`,
      query,
      headers: {
        ...headers,
        'x-amz-content-sha256': sha256.toString('hex'),
        ...(method === 'PUT' && { 'x-amz-checksum-sha256': sha256.toString('base64') }),
      },
      body,
    });
    const code = /<Code>([A-Za-z0-9.]+)<\/Code>/.exec(answer.body.toString('utf8'))?.[1];
    // Completing is answered with 200 at once, and may turn out to be an error after that.
    if (answer.status >= 300 || code !== undefined) {
      throw new Refusal(code ?? 'Unknown', answer.status === 200 ? 500 : answer.status);
    }
    return answer;
  };

  /** A part that is put again takes the place of itself; an upload too many is left to the lifecycle. */
  const ask = (...asked: Parameters<typeof once>): Promise<Incoming> =>
    retrying(random, async (unsure) => {
      try {
        return await once(...asked);
      } catch (error) {
        if (Fault.is(error)) throw error;
        // The upload that is to be completed is no more: an attempt whose answer was lost has completed it, or it has
        // been taken away. Nobody else has the key.
        if (unsure && error instanceof Refusal && error.name === 'NoSuchUpload') {
          return await once('HEAD', asked[1], {}).catch((missing: unknown) => {
            throw storeUnavailable(missing);
          });
        }
        const again = asRetryable(error);
        if (again === undefined) throw storeUnavailable(error);
        return again;
      }
    });

  const begin = async (key: string, { contentType, contentDisposition }: About): Promise<string> => {
    const { body } = await ask(
      'POST',
      key,
      { uploads: '' },
      {
        'content-type': contentType,
        'content-disposition': contentDisposition,
        'x-amz-checksum-algorithm': 'SHA256',
      },
    );
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
          const { headers } = await ask('PUT', key, { partNumber, uploadId }, {}, part);
          const sum = hash('sha256', part, 'base64');
          parts.push(
            `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escaped(String(headers.etag))}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part>`,
          );
        }
        const list = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
        await ask('POST', key, { uploadId }, { 'content-type': 'application/xml' }, Buffer.from(list));
      } catch (error) {
        // The error that is told is the first one; what cannot be aborted now is left to the lifecycle.
        await once('DELETE', key, { uploadId }).catch(() => {});
        throw error;
      }
      return addressOf(key);
    },
  };
};

const EMPTY = new Uint8Array();

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
