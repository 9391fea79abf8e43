import { html } from 'hono/html';
import type { Fault } from '../../lib/fault.ts';
import { said } from '../../lib/messages/messages.ts';
import { alert, type View } from '../../web/document.ts';
import type { Reader } from '../../web/reader.ts';
import { titleOf } from '../http/problems.ts';

/** What is wrong with single inputs, where the operation named them. */
export const problemsIn = ({ facts }: Fault, { say }: Reader): readonly { at: string; problem: string }[] => {
  const { problems } = said(facts, say) as { readonly problems?: unknown };
  return Array.isArray(problems) ? problems : [];
};

/** An operation says `body.reason`; the form has `reason`. */
const nameOf = (at: string): string => at.replace(/^(?:body|query|path)\./, '');

/** What went wrong, for the top of a form. */
export const problemAlert = (reader: Reader, fault: Fault) =>
  alert(
    reader.say(titleOf(fault.code)),
    ...(problemsIn(fault, reader).length === 0
      ? [reader.say(fault.phrase)]
      : problemsIn(fault, reader).map(({ at, problem }) => `${nameOf(at)}: ${problem}`)),
  );

/** A page of its own for what went wrong. */
export const failureView = (reader: Reader, fault: Fault, status: number, request: string): View => {
  const { t } = reader;
  const problems = problemsIn(fault, reader);
  return {
    title: reader.say(titleOf(fault.code)),
    status,
    main: html`${problems.length === 0 && html`<p>${reader.say(fault.phrase)}</p>`}
${problems.map(({ at, problem }) => html`<p>${nameOf(at)}: ${problem}</p>`)}
<p>${t`Nothing was changed.`}</p>
<p><a class="button" href="${reader.principal ? '/console' : '/'}">${reader.principal ? t`What waits` : t`To the first page`}</a></p>
<p class="hint">${t`Request id, for the operator:`} <span class="id">${request}</span></p>`,
  };
};
