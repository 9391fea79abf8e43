import type { Incoming } from '../aws/exchange.ts';
import { Refusal } from '../aws/outcome.ts';
import type { AwsAccess } from '../aws/service.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';
import type { Bucket, ObjectPage, StoredObject } from './contract.ts';
import { cursorInvalid, listScope, readCursor, writeCursor } from './cursor.ts';
import { checkLimit, checkObjectKey, checkObjectPrefix, objectConditionFailed } from './limits.ts';
import { asRetryable, Retryable, retrying, storeUnavailable } from './retry.ts';
import { openS3Calls, type S3Calls } from './s3-calls.ts';

/**
 * A Bucket on one S3 general purpose bucket, by conditional writes: `If-None-Match: *` and `If-Match: <ETag>`. The
 * version of an object is its ETag. Each put leaves a token in the object's metadata, so that a put which is
 * repeated after an answer was lost recognises its own work.
 */
export const openS3Bucket = (options: {
  readonly bucket: string;
  readonly access: AwsAccess;
  readonly random: Random;
}): S3Bucket => new S3Bucket(openS3Calls(options.bucket, options.access), options.random);

const TOKEN = 'x-amz-meta-write-token';

export class S3Bucket implements Bucket {
  readonly #s3: S3Calls;
  readonly #random: Random;

  /** Use `openS3Bucket`. */
  constructor(s3: S3Calls, random: Random) {
    this.#s3 = s3;
    this.#random = random;
  }

  /** Lets go of the connections. */
  close(): void {
    this.#s3.close();
  }

  async get(key: string): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    return await this.#attempts(async () => {
      try {
        const answer = await this.#s3.get(key);
        return { body: answer.body, version: versionOf(answer) };
      } catch (error) {
        if (isNoSuchKey(error)) return undefined;
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
    const headers = {
      [TOKEN]: token,
      ...(options.contentType !== undefined && { 'content-type': options.contentType }),
      ...(options.if === 'absent' ? { 'if-none-match': '*' } : { 'if-match': options.if.version }),
    };
    const bytes = Uint8Array.from(body);
    let conflict = false;
    try {
      return await this.#attempts(async (unsure) => {
        conflict = false;
        try {
          return { version: versionOf(await this.#s3.put(key, bytes, headers)) };
        } catch (error) {
          // 409: another conditional write of this key is under way, and nothing was done.
          if (isStatus(error, 409)) {
            conflict = !unsure;
            return new Retryable(error, 'no');
          }
          // `If-Match` on an object that is not there is answered with 404.
          if (!isStatus(error, 412) && !isNoSuchKey(error)) throw error;
          if (!unsure) throw objectConditionFailed(key);
          return await this.#ownPut(key, token, error);
        }
      });
    } catch (error) {
      if (conflict && Fault.is(error, 'store-unavailable')) throw objectConditionFailed(key);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    await this.#attempts(() => this.#s3.delete(key));
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
    const { keys, truncated } = await this.#attempts(() => this.#s3.list(prefix, options.limit, after));
    const last = keys.at(-1);
    return truncated && last !== undefined ? { keys, cursor: writeCursor(scope, last) } : { keys };
  }

  /** After a lost answer: success if the object as it stands is our put; otherwise nobody can tell any more. */
  async #ownPut(key: string, token: string, cause: unknown): Promise<{ version: string }> {
    const head = await this.#s3.head(key);
    if (head.headers[TOKEN] === token) return { version: versionOf(head) };
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

const versionOf = ({ headers: { etag } }: Incoming): string => {
  if (etag === undefined) throw new Fault('store-unavailable', 'The store answered without a version.');
  return etag;
};

const isNoSuchKey = (error: unknown): boolean => error instanceof Refusal && error.name === 'NoSuchKey';

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Refusal && error.status === status;
