import { hash } from 'node:crypto';
import type { Incoming, Limits } from '../aws/exchange.ts';
import { Refusal } from '../aws/outcome.ts';
import { type AwsAccess, openService } from '../aws/service.ts';
import { placeOf } from './s3-address.ts';

/** Requests about one bucket. */
export interface S3Requests {
  /** One attempt; `path` begins with a slash, below the bucket. Rejects with `Refusal` or `NoAnswer`. */
  ask(method: string, path: string, asked?: Partial<Asked>): Promise<Incoming>;
  close(): void;
}

export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Keys and prefixes have passed limits.ts, or are made here: none of their characters is one that a path encodes. */
export const openS3Requests = (bucket: string, access: AwsAccess, limits: Limits): S3Requests => {
  const { host, root } = placeOf(bucket, access);
  const { send, close } = openService('s3', host, access, limits);
  return {
    ask: async (method, path, { query = {}, headers = {}, body = EMPTY } = {}) => {
      const sha256 = hash('sha256', body, 'buffer');
      const answer = await send({
        method,
        path: `${root}${path}`,
        query,
        headers: {
          ...headers,
          'x-amz-content-sha256': sha256.toString('hex'),
          // Kept with the object and given back with it. A put into a bucket with Object Lock must have one.
          ...(method === 'PUT' && { 'x-amz-checksum-sha256': sha256.toString('base64') }),
        },
        body,
      });
      if (answer.status !== (method === 'DELETE' ? 204 : 200)) {
        throw new Refusal(codeOf(answer) ?? 'Unknown', answer.status);
      }
      // Completing an upload is answered with 200 at once, and may turn out to be an error after that.
      const late = method === 'POST' ? codeOf(answer) : undefined;
      if (late !== undefined) throw new Refusal(late, 500);
      return answer;
    },
    close,
  };
};

const EMPTY = new Uint8Array();
const MAX_ERROR_BYTES = 16 * 1024;

/** S3's own word for an error, such as `NoSuchKey`; undefined where there is none. */
const codeOf = ({ body }: Incoming): string | undefined =>
  /<Code>([A-Za-z0-9.]+)<\/Code>/.exec(body.toString('utf8', 0, MAX_ERROR_BYTES))?.[1];
