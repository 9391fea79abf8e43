import { hash } from 'node:crypto';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { type AwsAccess, openService } from '../aws/service.ts';
import type { Random } from '../ports.ts';
import type { Objects } from './contract.ts';
import { checkObjectKey } from './limits.ts';
import { asRetryable, retrying } from './retry.ts';

/** A caller waits meanwhile. The keys of acts and the records in objects are small. */
const LIMITS = { connectMs: 1_000, answerMs: 2_000, maxBytes: 1024 * 1024 };

const EMPTY = Buffer.alloc(0);

/**
 * Reads objects of a bucket through the small client of lib/aws, for the OCSP function: relying parties wait while that
 * function starts.
 */
export const openS3LeanObjects = (options: {
  readonly bucket: string;
  readonly access: AwsAccess;
  readonly random: Random;
}): Pick<Objects, 'get'> & { close(): void } => {
  const { bucket, access, random } = options;
  // Another endpoint has neither a certificate nor a DNS entry for host names that begin with a bucket.
  const folder = access.endpoint === undefined ? '' : `/${bucket}`;
  const service = openService('s3', `${bucket}.s3.${access.region}.amazonaws.com`, access, LIMITS);
  return {
    get: async (key) => {
      checkObjectKey(key);
      const path = `${folder}/${key.split('/').map(encodeURIComponent).join('/')}`;
      return retrying(random, async () => {
        try {
          const headers = { 'x-amz-content-sha256': hash('sha256', EMPTY) };
          const answer = await service.send({ method: 'GET', path, headers, body: EMPTY });
          const { etag } = answer.headers;
          if (answer.status === 200 && etag !== undefined) return { body: answer.body, version: etag };
          if (answer.status === 200) throw new NoAnswer('MalformedAnswer', true);
          const code = /<Code>(\w+)<\/Code>/.exec(answer.body.toString('utf8'))?.[1] ?? 'Unknown';
          if (code === 'NoSuchKey') return undefined;
          throw new Refusal(code, answer.status);
        } catch (error) {
          return asRetryable(error);
        }
      });
    },
    close: () => service.close(),
  };
};
