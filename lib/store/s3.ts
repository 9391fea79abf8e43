import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { asked, type SdkAccess } from '../aws/sdk.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import type { Bucket, ObjectPage, StoredObject } from './contract.ts';
import { cursorInvalid, listScope, readCursor, writeCursor } from './cursor.ts';
import { checkLimit, checkObjectKey, checkObjectPrefix, objectConditionFailed } from './limits.ts';
import { asRetryable, Retryable, retrying, storeUnavailable, unlessUnavailable } from './retry.ts';
import { openS3Clients, type S3Clients } from './s3-clients.ts';

/**
 * A Bucket on one S3 general purpose bucket, by conditional writes: `If-None-Match: *` and `If-Match: <ETag>`. The
 * version of an object is its ETag. Each put leaves a token in the object's metadata: a put that is repeated after a
 * lost answer recognises its own object by it.
 */
export const openS3Bucket = (options: {
  readonly bucket: string;
  readonly access: SdkAccess;
  readonly random: Random;
}): S3Bucket =>
  new S3Bucket(
    options.bucket,
    openS3Clients(options.access, { connectMs: 2_000, answerMs: 60_000 }),
    options.random,
  );

/** Name of the token in an object's metadata. */
const TOKEN = 'write-token';

/** The largest object that can be read: a national CRL is tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024;

export class S3Bucket implements Bucket {
  readonly #bucket: string;
  readonly #s3: S3Clients;
  readonly #random: Random;

  /** Use `openS3Bucket`. */
  constructor(bucket: string, s3: S3Clients, random: Random) {
    this.#bucket = bucket;
    this.#s3 = s3;
    this.#random = random;
  }

  /** Closes the connections. */
  close(): void {
    this.#s3.close();
  }

  /** An attempt here includes reading the body, which may break off as well; the SDK would repeat the request only. */
  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    return await retrying(this.#random, async () => {
      try {
        const { Body, ContentLength, ETag } = await asked(
          this.#s3.once.send(new GetObjectCommand(this.#at(key))),
        );
        if (ContentLength !== undefined && ContentLength > MAX_BYTES) {
          if (Body instanceof Readable) Body.destroy();
          throw new Fault('store-unavailable', 'The store answered with more than it should.', {
            maxBytes: MAX_BYTES,
          });
        }
        const body = await Body?.transformToByteArray().catch((error: unknown) => {
          throw new NoAnswer('BrokenBody', true, { cause: error });
        });
        return { body: body ?? new Uint8Array(), version: versionOf(ETag) };
      } catch (error) {
        if (isNoSuchKey(error)) return undefined;
        return asRetryable(error);
      }
    });
  }

  async put(
    key: string,
    body: Uint8Array,
    options: { readonly if: 'absent' | { readonly version: string }; readonly contentType?: string },
  ): Promise<{ version: string }> {
    checkObjectKey(key);
    const token = Buffer.from(this.#random(16)).toString('base64url');
    const input = {
      ...this.#at(key),
      Body: Uint8Array.from(body),
      Metadata: { [TOKEN]: token },
      // S3 keeps the checksum with the object and returns it. A put into a bucket with Object Lock must have one.
      ChecksumAlgorithm: 'SHA256' as const,
      ...(options.contentType !== undefined && { ContentType: options.contentType }),
      ...(options.if === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: options.if.version }),
    };
    let conflict = false;
    try {
      return await retrying(this.#random, async (unsure) => {
        conflict = false;
        try {
          const { ETag } = await asked(this.#s3.once.send(new PutObjectCommand(input)));
          return { version: versionOf(ETag) };
        } catch (error) {
          // 409: another conditional write of this key is in progress, and nothing was done.
          if (isStatus(error, 409)) {
            conflict = !unsure;
            return new Retryable(error, 'no');
          }
          // S3 answers `If-Match` on an absent object with 404.
          if (!isStatus(error, 412) && !isNoSuchKey(error)) return asRetryable(error);
          if (!unsure) throw objectConditionFailed(key);
          return await this.#ownPut(key, token, error);
        }
      });
    } catch (error) {
      if (conflict && Fault.is(error, 'store-unavailable')) throw objectConditionFailed(key);
      throw error;
    }
  }

  /** S3 also succeeds if there is no such object, so the SDK may repeat a delete. */
  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    await unlessUnavailable(asked(this.#s3.repeating.send(new DeleteObjectCommand(this.#at(key)))));
  }

  async list(
    prefix: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<ObjectPage> {
    checkObjectPrefix(prefix);
    checkLimit(options.limit);
    const scope = listScope(prefix);
    const after = options.cursor === undefined ? undefined : readCursor(scope, options.cursor);
    if (after !== undefined && !after.startsWith(prefix)) throw cursorInvalid();
    const input = {
      Bucket: this.#bucket,
      MaxKeys: options.limit,
      Prefix: prefix,
      ...(after !== undefined && { StartAfter: after }),
    };
    const { Contents = [], IsTruncated } = await unlessUnavailable(
      asked(this.#s3.repeating.send(new ListObjectsV2Command(input))),
    );
    const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    const last = keys.at(-1);
    return IsTruncated && last !== undefined ? { keys, cursor: writeCursor(scope, last) } : { keys };
  }

  /** After a lost answer: the put succeeded if the object has our token. Otherwise nobody can tell any more. */
  async #ownPut(key: string, token: string, cause: unknown): Promise<{ version: string }> {
    const { Metadata, ETag } = await unlessUnavailable(
      asked(this.#s3.repeating.send(new HeadObjectCommand(this.#at(key)))),
    );
    if (Metadata?.[TOKEN] === token) return { version: versionOf(ETag) };
    throw storeUnavailable(cause);
  }

  #at(key: string) {
    return { Bucket: this.#bucket, Key: key };
  }
}

const versionOf = (etag: string | undefined): string => {
  if (etag === undefined) throw new Fault('store-unavailable', 'The store answered without a version.');
  return etag;
};

const isNoSuchKey = (error: unknown): boolean => error instanceof Refusal && error.name === 'NoSuchKey';

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Refusal && error.status === status;
