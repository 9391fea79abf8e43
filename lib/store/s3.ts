import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import { cursorInvalid, listScope, readCursor, writeCursor } from './cursor.ts';
import { checkLimit, checkObjectKey, checkObjectPrefix, objectConditionFailed } from './limits.ts';
import { asRetryable, Retryable, retrying, singleAttempt, statusOf, storeUnavailable } from './retry.ts';
import type { Bucket, ObjectPage, StoredObject } from './store.ts';

/**
 * A Bucket on one S3 general purpose bucket, by conditional writes: `If-None-Match: *` and `If-Match: <ETag>`. The
 * version of an object is its ETag. Each put leaves a token in the object's metadata, so that a put which is
 * repeated after an answer was lost recognises its own work.
 *
 * `client` is the SDK's configuration (region, endpoint, credentials); attempts and time limits are set here.
 */
export const openS3Bucket = (options: {
  readonly bucket: string;
  readonly client: S3ClientConfig;
  readonly random: Random;
}): S3Bucket =>
  new S3Bucket(
    options.bucket,
    { ...singleAttempt(REQUEST_MS), ...options.client, maxAttempts: 1 },
    options.random,
  );

/** A national CRL is tens of megabytes. */
const REQUEST_MS = 60_000;
const TOKEN = 'write-token';

export class S3Bucket implements Bucket {
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #random: Random;

  /** Use `openS3Bucket`. */
  constructor(bucket: string, client: S3ClientConfig, random: Random) {
    this.#bucket = bucket;
    this.#client = new S3Client(client);
    this.#random = random;
  }

  /** Lets go of the sockets. */
  close(): void {
    this.#client.destroy();
  }

  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    return await this.#attempts(async () => {
      try {
        const answer = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
        const body = await answer.Body?.transformToByteArray();
        return { body: body ?? new Uint8Array(), version: versionOf(answer) };
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) return undefined;
        throw error;
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
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body.slice(),
      Metadata: { [TOKEN]: token },
      ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      ...(options.if === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: options.if.version }),
    });
    let conflict = false;
    try {
      return await this.#attempts(async (unsure) => {
        conflict = false;
        try {
          return { version: versionOf(await this.#client.send(command)) };
        } catch (error) {
          // 409: another conditional write of this key is under way, and nothing was done.
          if (isStatus(error, 409)) {
            conflict = !unsure;
            return new Retryable(error, 'no');
          }
          // `If-Match` on an object that is not there is answered with 404.
          if (!isStatus(error, 412) && !isNamed(error, 'NoSuchKey')) throw error;
          if (!unsure) throw objectConditionFailed(key);
          return await this.#ownPut(key, token, error);
        }
      });
    } catch (error) {
      if (conflict && Fault.is(error, 'store-unavailable')) throw objectConditionFailed(key);
      throw error;
    }
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
    const answer = await this.#attempts(() =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          MaxKeys: options.limit,
          ...(after === undefined ? {} : { StartAfter: after }),
        }),
      ),
    );
    const keys = (answer.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    const last = keys.at(-1);
    return answer.IsTruncated === true && last !== undefined
      ? { keys, cursor: writeCursor(scope, last) }
      : { keys };
  }

  /** After a lost answer: success if the object as it stands is our put; otherwise nobody can tell any more. */
  async #ownPut(key: string, token: string, cause: unknown): Promise<{ version: string }> {
    const head = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
    if (head.Metadata?.[TOKEN] === token) return { version: versionOf(head) };
    throw storeUnavailable(cause);
  }

  async #attempts<T>(send: (unsure: boolean) => Promise<T | Retryable>): Promise<T> {
    return await retrying(this.#random, async (unsure) => {
      try {
        return await send(unsure);
      } catch (error) {
        if (Fault.is(error)) throw error;
        const again = asRetryable(error);
        if (again === undefined) throw storeUnavailable(error);
        return again;
      }
    });
  }
}

const versionOf = ({ ETag }: { readonly ETag?: string | undefined }): string => {
  if (ETag === undefined) throw new Fault('store-unavailable', 'The store answered without a version.');
  return ETag;
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && statusOf(error) === status;
