import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { linesOfGzip } from './gzip-lines.ts';

const MAX_BYTES = 32 * 1024 * 1024;

export const route = defineRoute({
  id: 'importCdnLog',
  method: 'POST',
  path: '/api/v1/cdn-logs/{file}',
  summary: 'Count the answers that a CDN served from its cache, by one of its access logs',
  description:
    "A CloudFront standard log as it is delivered (gzip). The answers are recorded as provisions to the public. Importing a file again counts nothing twice. Clients' addresses and names are not kept.",
  lane: 'api',
  access: ['operator'],
  ofService: true,
  params: z.strictObject({
    file: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,200}$/, "Must be the log file's own name.")
      .meta({
        description: 'The name that the CDN gave the file.',
        example: 'E2EXAMPLE.2026-11-22-07.1a2b3c4d.gz',
      }),
  }),
  body: { kind: 'bytes', contentTypes: ['application/gzip'], maxBytes: MAX_BYTES },
  responses: {
    200: {
      description: 'The file is counted.',
      schema: z.object({
        lines: z.int().meta({ description: 'Lines that had not been counted before.' }),
        hits: z.int().meta({ description: 'The answers served from the cache, in those lines.' }),
      }),
    },
  },
  faults: ['malformed-cdn-log', 'condition-failed'],
  handle: async ({ cdnLogs }, { params, request }) =>
    json(200, await cdnLogs.import(params.file, linesOfGzip(request.body))),
});
