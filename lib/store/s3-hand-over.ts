import { hash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Refusal } from '../aws/outcome.ts';
import { asked, type SdkAccess } from '../aws/sdk.ts';
import { Fault } from '../fault.ts';
import type { Clock, Random } from '../ports.ts';
import type { About, HandOver } from './contract.ts';
import { asRetryable, retrying, storeUnavailable, unlessUnavailable } from './retry.ts';
import { openAddresses } from './s3-address.ts';
import { openS3Clients } from './s3-clients.ts';

/** Bytes of a part. S3 takes parts of at least 5 MiB, except the last, and 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const TIMEOUTS = { connectMs: 2_000, answerMs: 20_000 };

/**
 * Files on S3, by multipart upload: one part in memory at a time. An upload that breaks off is aborted. If a process
 * dies, the bucket's lifecycle removes its uploads, as it removes the files (infra/store/hand-over.ts).
 *
 * `addresses` is the access with which URLs are made, if callers reach S3 by another host than the service does.
 */
export const openS3HandOver = (options: {
  readonly bucket: string;
  readonly access: SdkAccess;
  readonly addresses?: SdkAccess;
  readonly clock: Clock;
  readonly random: Random;
}): HandOver => {
  const { bucket: Bucket, access, clock, random } = options;
  const { repeating, once } = openS3Clients(access, TIMEOUTS);
  const addressOf = openAddresses(Bucket, options.addresses ?? access);

  const begin = async (Key: string, { contentType, contentDisposition }: About): Promise<string> => {
    // If a repeated request begins two uploads, the lifecycle removes one.
    const { UploadId } = await unlessUnavailable(
      asked(
        repeating.send(
          new CreateMultipartUploadCommand({
            Bucket,
            Key,
            ContentType: contentType,
            ContentDisposition: contentDisposition,
            ChecksumAlgorithm: 'SHA256',
          }),
        ),
      ),
    );
    if (UploadId === undefined) throw storeUnavailable(new Error('an upload without an id'));
    return UploadId;
  };

  /** A part that is put again replaces the earlier one. */
  const putPart = async (
    upload: { readonly Key: string; readonly UploadId: string },
    PartNumber: number,
    Body: Uint8Array,
  ): Promise<CompletedPart> => {
    if (PartNumber > MAX_PARTS) {
      throw new Fault('value-too-large', 'The file is too large; ask for less.');
    }
    const ChecksumSHA256 = hash('sha256', Body, 'base64');
    const { ETag } = await unlessUnavailable(
      asked(repeating.send(new UploadPartCommand({ Bucket, ...upload, PartNumber, Body, ChecksumSHA256 }))),
    );
    return { PartNumber, ETag, ChecksumSHA256 };
  };

  const complete = (
    upload: { readonly Key: string; readonly UploadId: string },
    Parts: CompletedPart[],
  ): Promise<unknown> =>
    retrying(random, async (unsure) => {
      try {
        return await asked(
          once.send(new CompleteMultipartUploadCommand({ Bucket, ...upload, MultipartUpload: { Parts } })),
        );
      } catch (error) {
        // The upload is gone. Nobody else has its key. Either an attempt whose answer was lost has completed it, or it
        // was removed. The file shows which.
        if (unsure && error instanceof Refusal && error.name === 'NoSuchUpload') {
          return await unlessUnavailable(
            asked(repeating.send(new HeadObjectCommand({ Bucket, Key: upload.Key }))),
          );
        }
        return asRetryable(error);
      }
    });

  return {
    file: async (bytes, about) => {
      // The files of one day share a prefix. Nobody can guess the rest of the name.
      const day = new Date(clock()).toISOString().slice(0, 10);
      const Key = `${day}/${Buffer.from(random(24)).toString('base64url')}`;
      const upload = { Key, UploadId: await begin(Key, about) };
      try {
        const parts: CompletedPart[] = [];
        for await (const part of inParts(bytes)) {
          parts.push(await putPart(upload, parts.length + 1, part));
        }
        await complete(upload, parts);
      } catch (error) {
        // The caller gets the first error. If the upload cannot be aborted now, the lifecycle removes it.
        await once.send(new AbortMultipartUploadCommand({ Bucket, ...upload })).catch(() => {});
        throw error;
      }
      return await addressOf(Key);
    },
  };
};

/** Cuts pieces of any size into parts of one size; the last part is shorter, and there is at least one. */
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
