import type { S3Event, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Fault, wentThrough } from '../../lib/fault.ts';
import { errorFacts } from '../http/problems.ts';
import { loadCdnLogs } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { linesOfGzip } from '../routes/records/gzip-lines.ts';

type Loaded = Pick<Awaited<ReturnType<typeof loadCdnLogs>>, 'log' | 'logs' | 'prefix'> & {
  readonly core: Pick<Awaited<ReturnType<typeof loadCdnLogs>>['core'], 'cdnLogs'>;
};

/** CloudFront begins another log file after 50 MB, before compression. */
const MAX_BYTES = 64 * 1024 * 1024;
const PAGE = 1000;

/**
 * Counts access logs as CloudFront delivers them. S3 puts a message into a queue for each file. A message that fails
 * comes again, and goes to the dead letters after its last turn. An event without messages comes by schedule: then the
 * function looks for files without a message. Importing is idempotent, so a file may have two messages, and one call may
 * finish what another began.
 */
export const deliveredCdnLogs = (load: () => Promise<Loaded>) => {
  let loading: Promise<Loaded> | undefined;

  const importFile = async ({ core, logs, log }: Loaded, key: string): Promise<void> => {
    const object = await logs.get(key);
    const file = fileOf(key);
    if (!object) {
      log('warn', 'A delivered access log is gone', { file });
      return;
    }
    const { lines, hits } = await core.cdnLogs.import(file, linesOfGzip(object.body));
    log('info', 'Access log counted', { file, lines, hits });
  };

  const importMessages = async (loaded: Loaded, { Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    // One after another, since each file is in memory as a whole.
    for (const { body, messageId } of Records) {
      try {
        // S3 sends a message without records when the queue is set up.
        const { Records: events = [] } = JSON.parse(body) as Partial<S3Event>;
        for (const { s3 } of events) {
          const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
          if (s3.object.size > MAX_BYTES) {
            throw new Fault('malformed-cdn-log', 'The file has more bytes than an access log has.');
          }
          await importFile(loaded, key);
        }
      } catch (error) {
        loaded.log('error', 'An access log was not counted', { messageId, ...errorFacts(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };

  /** Counts the files without a message. Resolves with their names. */
  const importUnseen = async (loaded: Loaded): Promise<readonly string[]> => {
    const { core, logs, log, prefix } = loaded;
    const counted: string[] = [];
    const failures: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await logs.list(prefix, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
      cursor = page.cursor;
      for (const file of await core.cdnLogs.unseen(page.keys.map(fileOf))) {
        try {
          // False where the call that got the file's message is importing it now.
          if (await wentThrough(importFile(loaded, `${prefix}${file}`))) counted.push(file);
        } catch (error) {
          log('error', 'An access log was not counted', { file, ...errorFacts(error) });
          failures.push(error);
        }
      }
    } while (cursor !== undefined);
    if (failures.length > 0) throw failures[0];
    return counted;
  };

  return async (
    event: Partial<SQSEvent>,
  ): Promise<SQSBatchResponse | { readonly done: readonly string[] }> => {
    loading ??= load();
    const loaded = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return event.Records
      ? importMessages(loaded, { Records: event.Records })
      : { done: await importUnseen(loaded) };
  };
};

const fileOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

export const handler = taskPipeline(deliveredCdnLogs(loadCdnLogs));
