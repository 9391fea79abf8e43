import { phrase } from '../../lib/fault.ts';
import type { Run } from '../perform.ts';
import { BATCHES, type BatchAnswer, batchAnswer, batchPath } from './answers.ts';
import { type BatchFile, withBatchFile } from './batch-file.ts';
import { patiently } from './patience.ts';
import { progressLine } from './progress-line.ts';

/** So many parts are under way at the same time. */
const AT_ONCE = 4;

export interface FileTerms {
  readonly profile: string;
  readonly encoding?: string;
}

export interface SentFile {
  readonly batch: BatchAnswer;
  /** The batch of the same file was there before. */
  readonly replayed: boolean;
}

/**
 * Announces the file, and sends the parts that the service does not have yet: the same file again goes on where an earlier run was
 * interrupted.
 */
export const sendFile = (run: Run, path: string, terms: FileTerms): Promise<SentFile> =>
  withBatchFile(path, async (file) => {
    const { format, bytes, digest, parts } = file;
    const { status, answer } = await run.client.post(BATCHES, batchAnswer, {
      ...terms,
      format,
      bytes,
      digest,
      parts,
    });
    const batch = await sendParts(run, file, answer);
    return { batch, replayed: status === 200 };
  });

const sendParts = async (run: Run, file: BatchFile, batch: BatchAnswer): Promise<BatchAnswer> => {
  const missing = [...(batch.missing ?? [])];
  if (missing.length === 0) return batch;
  const line = progressLine(run);
  const { parts } = file;
  let sent = parts.length - missing.length;
  let failed = false;
  line.show(phrase`parts sent: ${sent} of ${parts.length}`);

  const sendSome = async (): Promise<void> => {
    for (let number = missing.shift(); number !== undefined && !failed; number = missing.shift()) {
      const path = batchPath(batch.id, `/parts/${number}`);
      const part = await file.read(number);
      await patiently(() => run.client.upload(path, batchAnswer, part, 'application/octet-stream'));
      line.show(phrase`parts sent: ${++sent} of ${parts.length}`);
    }
  };
  try {
    const ended = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, () =>
        sendSome().catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    const first = ended.find((one) => one.status === 'rejected');
    if (first) throw first.reason;
  } finally {
    line.end();
  }
  return patiently(() => run.client.get(batchPath(batch.id), batchAnswer));
};
