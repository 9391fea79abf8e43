import { phrase, wentThrough } from '../fault.ts';
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
 * Marks a new bucket with the format of its objects, and reads the mark of one that has it. The ceremony and the sequencer
 * call it before they publish. Everything else that is published comes after a ceremony. Fault: `format-unsupported` where
 * another version wrote the bucket.
 */
export const markBucketFormat = async (bucket: Pick<Bucket, 'get' | 'put'>): Promise<void> => {
  const found = await bucket.get(MARK);
  if (found) return assertFormat(phrase`The bucket`, readFormat(found.body));
  const mark = Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`);
  const isFirst = await wentThrough(
    bucket.put(MARK, mark, { if: 'absent', contentType: 'application/json' }),
  );
  // Otherwise another process was first, and its mark counts.
  if (!isFirst) await markBucketFormat(bucket);
};
