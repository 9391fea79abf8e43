import { assertNamed, searchBody } from '../../http/lists.ts';
import { defineRoute } from '../../http/route.ts';
import { certificateFilter, certificatePage, provideCertificates } from './certificate-lists.ts';

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
    schema: searchBody(certificateFilter),
  },
  responses: certificatePage,
  faults: ['cursor-invalid', 'unknown-office', 'data-key-missing', 'data-key-damaged'],
  handle: async (app, { body, request: { method } }, caller) => {
    const page = await app.authority.list(caller, body);
    await assertNamed(app, caller, body);
    const { limit, cursor: _cursor, text: _text, ...filter } = body;
    return provideCertificates(app, caller, page, { method, provided: { filter, searched: true, limit } });
  },
});
