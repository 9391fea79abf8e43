import { html } from 'hono/html';
import { Fault } from '../../lib/fault.ts';
import type { View } from '../../web/document.ts';
import { type Reader, readerOf } from '../../web/reader.ts';
import { prefersPage } from '../http/accept.ts';
import type { HttpHead, HttpResponse } from '../http/http.ts';
import { PROBLEMS, problem } from '../http/problems.ts';
import { answered } from './answer.ts';
import { languageFor } from './visit.ts';
import { yearsFor } from './years.ts';

/* What a request gets that reached no operation and no page. */

type Missed = 'unknown-route' | 'method-not-allowed';

const viewOf = ({ t, consoleUrl }: Reader, code: Missed): View => {
  const isUnknown = code === 'unknown-route';
  return {
    title: isUnknown ? t`There is no page at this address` : t`This address is not to be opened as a page`,
    status: PROBLEMS[code].status,
    main: html`<p>${
      isUnknown
        ? t`The address may be mistyped, or the link to it may be old. Nothing was looked up, and nothing was changed.`
        : t`Forms and programs send to this address. Go back to the page of the form; nothing was changed.`
    }</p>
<p><a class="button" href="/">${t`To the first page`}</a></p>
<p><a href="${consoleUrl}/console">${t`To the console, for offices`}</a></p>
<p class="hint">${t`For programs: the operations are described in`} <a href="/openapi.json">/openapi.json</a></p>`,
  };
};

/** The frame of the page has links to its own address, which must not lead to another host. */
const here = (path: string): string => `/${path.replace(/^[/\\]+/, '')}`;

const page = async (head: HttpHead, code: Missed): Promise<HttpResponse> => {
  const reader = await readerOf(languageFor(head), Date.now(), { years: yearsFor(head) });
  return answered({ reader, request: { ...head, path: here(head.path) } }, viewOf(reader, code));
};

/** A page for a person with a browser, a problem document for a program. A program is also who sends what pages do not. */
export const unreached = async (error: unknown, head: HttpHead): Promise<HttpResponse> => {
  const document = await problem(error, head);
  const code = Fault.is(error) ? error.code : undefined;
  if (code !== 'unknown-route' && code !== 'method-not-allowed') return document;
  const isReading = head.method === 'GET' || head.method === 'HEAD';
  const response = isReading && prefersPage(head.headers.accept) ? await page(head, code) : document;
  const { allow } = document.headers;
  return {
    ...response,
    headers: {
      ...response.headers,
      ...(allow !== undefined && { allow }),
      vary: `Accept, ${response.headers.vary}`,
    },
  };
};
