import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { providePage, requestFilter, requestPage } from './request-lists.ts';

export const route = defineRoute({
  id: 'searchRequests',
  method: 'POST',
  path: '/api/v1/searches/requests',
  summary: 'Requests of one office by a name, newest first',
  description:
    "Finds the requests in which a searched field begins with `text`, or has its two characters side by side. Width, kana, old and new forms of kanji and variation selectors make no difference. Officers search among their own office's requests, or with `office` among those of a predecessor; operators and auditors name the office. The answer is recorded without the text.",
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      text: z
        .string()
        .min(1)
        .max(1_000)
        .meta({ description: 'The beginning of a value, or of a word in it, in 2 to 64 characters.' }),
      ...requestFilter,
      limit: z.int().min(1).max(50).default(20),
      cursor: cursor.exactOptional(),
    }),
  },
  responses: requestPage,
  faults: [
    'cursor-invalid',
    'unknown-office',
    'data-key-missing',
    'data-key-damaged',
    'personal-data-damaged',
  ],
  handle: async (app, { body, request: { method } }, caller) => {
    const page = await app.registration.list(caller, body);
    await app.names.assertKnown(caller, body.office === undefined ? {} : { office: body.office });
    const { limit, cursor: _cursor, text: _text, ...filter } = body;
    return providePage(app, caller, page, { method, provided: { filter, searched: true, limit } });
  },
});
