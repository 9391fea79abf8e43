import { createGunzip } from 'node:zlib';
import * as z from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { MAX_LINE } from '../../../lib/ledger/ledger.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

const MAX_BYTES = 32 * 1024 * 1024;
/** A file that unpacks to more is no access log. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

const malformed = (why: string, cause?: unknown): Fault =>
  new Fault('malformed-cdn-log', `The file ${why}.`, {}, { cause });

/** The lines of a file as CloudFront delivers it, compressed by gzip. Fault: `malformed-cdn-log`. */
export const linesOfGzip = async function* (bytes: Uint8Array): AsyncGenerator<string> {
  const gunzip = createGunzip();
  gunzip.end(bytes);
  const decoder = new TextDecoder();
  let unpacked = 0;
  let rest = '';
  const chunks: AsyncIterator<Buffer> = gunzip[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw malformed('is not whole, or not compressed by gzip', cause);
      });
      if (next.done) break;
      unpacked += next.value.length;
      if (unpacked > MAX_UNPACKED_BYTES) throw malformed('unpacks to more than an access log has');
      const lines = (rest + decoder.decode(next.value, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw malformed('has a line that is too long');
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    gunzip.destroy();
  }
};

export const route = defineRoute({
  id: 'importCdnLog',
  method: 'POST',
  path: '/api/v1/cdn-logs/{file}',
  summary: 'Count what a CDN served from its copies, by one of its access logs',
  description:
    "A CloudFront standard log as it is delivered (gzip). What it counts becomes provisions to the public; importing a file again counts nothing twice. Addresses and clients' names in it are not kept.",
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({
    file: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,200}$/, "Must be the log file's own name.")
      .meta({ example: 'E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz' }),
  }),
  body: { kind: 'bytes', contentTypes: ['application/gzip'], maxBytes: MAX_BYTES },
  responses: {
    200: {
      description: 'Counted.',
      schema: z.object({
        lines: z.int().meta({ description: 'Lines that had not been counted before.' }),
        hits: z.int().meta({ description: 'Copies served from the cache, of those lines.' }),
      }),
    },
  },
  faults: ['malformed-cdn-log', 'condition-failed'],
  handle: async ({ cdnLogs }, { params, request }) =>
    json(200, await cdnLogs.import(params.file, linesOfGzip(request.body))),
});
