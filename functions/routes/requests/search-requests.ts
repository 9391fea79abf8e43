import { assertNamed, searchBody } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { provideRequests, requestFilter, requestPage } from './request-lists.ts';

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
    schema: searchBody(requestFilter),
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
    await assertNamed(app, caller, body);
    const { limit, cursor: _cursor, text: _text, ...filter } = body;
    return provideRequests(app, caller, page, { method, provided: { filter, searched: true, limit } });
  },
});
