import { Fault } from '../fault.ts';
import { assertFormat, FORMAT } from '../format.ts';
import type { Bucket } from './contract.ts';

/** The object that says in which format all others are. */
const MARK = 'format';

const readFormat = (body: Uint8Array): unknown => {
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { readonly format?: unknown } | null)?.format;
  } catch {
    return undefined;
  }
};

/**
 * Marks a new bucket with the format of its objects, and reads the mark of one that has it. It is called before anything
 * is published. Fault: `format-unsupported` where another version wrote the bucket.
 */
export const markBucketFormat = async (bucket: Pick<Bucket, 'get' | 'put'>): Promise<void> => {
  try {
    // Written first: S3 tells a role that may not list the bucket nothing about an object that is not there.
    const mark = Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`);
    await bucket.put(MARK, mark, { if: 'absent', contentType: 'application/json' });
  } catch (error) {
    if (!Fault.is(error, 'condition-failed')) throw error;
    const found = await bucket.get(MARK);
    assertFormat('The bucket', found && readFormat(found.body));
  }
};
