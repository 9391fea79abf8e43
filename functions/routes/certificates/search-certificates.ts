import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { cursor } from '../../http/schemas.ts';
import { assertNamed, certificateFilter, certificatePage, providePage } from './certificate-lists.ts';

export const route = defineRoute({
  id: 'searchCertificates',
  method: 'POST',
  path: '/api/v1/searches/certificates',
  summary: 'Certificates of one office by a name, newest request first',
  description:
    "Finds the certificates of requests in which a searched field begins with `text`, or has its two characters side by side. Width, kana, old and new forms of kanji and variation selectors make no difference. Officers search among their own office's, or with `office` among those of a predecessor; operators and auditors name the office. The answer is recorded without the text.",
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
      ...certificateFilter,
      limit: z.int().min(1).max(50).default(20),
      cursor: cursor.exactOptional(),
    }),
  },
  responses: certificatePage,
  faults: ['cursor-invalid', 'unknown-office', 'data-key-missing', 'data-key-damaged'],
  handle: async (app, { body, request: { method } }, caller) => {
    const page = await app.authority.list(caller, body);
    await assertNamed(app, caller, body);
    const { limit, cursor: _cursor, text: _text, ...filter } = body;
    return providePage(app, caller, page, { method, provided: { filter, searched: true, limit } });
  },
});
