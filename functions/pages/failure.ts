import { html } from 'hono/html';
import { Fault } from '../../lib/fault.ts';
import { said } from '../../lib/messages/messages.ts';
import { alert, type View } from '../../web/document.ts';
import type { Reader } from '../../web/reader.ts';
import { titleOf } from '../http/problems.ts';

/** The labels of a form's inputs, by the places that its operation has for them: `body.reason`. */
export type Labels = Readonly<Record<string, string>>;

/**
 * What an operation says of a place of its input, a page says of the input that its reader has filled in. Whatever else goes wrong
 * stays as it is.
 */
export const labelled = async <T>(labels: Labels, asked: Promise<T>): Promise<T> => {
  try {
    return await asked;
  } catch (error) {
    throw withLabels(error, labels);
  }
};

const withLabels = (error: unknown, labels: Labels): unknown => {
  if (!Fault.is(error)) return error;
  const problems = problemsIn(error.facts);
  if (problems.length === 0) return error;
  const said = problems.map((one) => ({ ...one, label: labelOf(one.at, labels) }));
  return new Fault(error.code, error.phrase, { ...error.facts, problems: said }, { cause: error });
};

/** The values of a list have one label, and are counted from 1. */
const labelOf = (at: string, labels: Labels): string | undefined => {
  if (Object.hasOwn(labels, at)) return labels[at];
  const [, list = '', place] = /^(.*)\.(\d+)$/.exec(at) ?? [];
  return Object.hasOwn(labels, list) ? `${labels[list]} (${Number(place) + 1})` : undefined;
};

interface Problem {
  readonly at: string;
  readonly problem: unknown;
  readonly label?: string | undefined;
}

const problemsIn = ({ problems }: Fault['facts']): readonly Problem[] =>
  Array.isArray(problems) ? problems : [];

/** The problems of further fields of a profile. */
const othersIn = ({ others }: Fault['facts']): readonly string[] =>
  Array.isArray(others) ? others.map(({ problem }) => String(problem)) : [];

/** An operation says `body.reason`; the form has `reason`. */
const nameOf = (at: string): string => at.replace(/^(?:body|query|path)\./, '');

/** A line for each input that the operation found wrong, or one for the fault. */
export const linesOf = (fault: Fault, { say }: Reader): readonly string[] => {
  const facts = said(fault.facts, say) as Fault['facts'];
  const problems = problemsIn(facts);
  if (problems.length === 0) return [say(fault.phrase), ...othersIn(facts)];
  return problems.map(({ at, problem, label = nameOf(at) }) => `${label}: ${problem}`);
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
