import { html } from 'hono/html';
import type { Fault } from '../../lib/fault.ts';
import { said } from '../../lib/messages/messages.ts';
import { alert, type View } from '../../web/document.ts';
import type { Reader } from '../../web/reader.ts';
import { titleOf } from '../http/problems.ts';

/** An operation says `body.reason`; the form has `reason`. */
const nameOf = (at: string): string => at.replace(/^(?:body|query|path)\./, '');

/** A line for each input that the operation found wrong, or one for the fault. */
const linesOf = (fault: Fault, { say }: Reader): readonly string[] => {
  const { problems } = said(fault.facts, say) as { readonly problems?: unknown };
  if (!Array.isArray(problems) || problems.length === 0) return [say(fault.phrase)];
  return problems.map(({ at, problem }) => `${nameOf(at)}: ${problem}`);
};

/** For the top of a form. */
export const problemAlert = (reader: Reader, fault: Fault) =>
  alert(reader.say(titleOf(fault.code)), ...linesOf(fault, reader));

/** A page of its own. */
export const failureView = (reader: Reader, fault: Fault, status: number, request: string): View => {
  const { t } = reader;
  const isOwn = reader.principal !== undefined;
  return {
    title: reader.say(titleOf(fault.code)),
    status,
    main: html`${linesOf(fault, reader).map((line) => html`<p>${line}</p>`)}
<p>${t`Nothing was changed.`}</p>
<p><a class="button" href="${isOwn ? '/console' : '/'}">${isOwn ? t`What waits` : t`To the first page`}</a></p>
<p class="hint">${t`Request id, for the operator:`} <span class="id">${request}</span></p>`,
  };
};
