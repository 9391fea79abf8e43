import { mediaType } from '../../functions/http/http.ts';
import { PROBLEMS } from '../../functions/http/problems.ts';
import { type Check, type Node, pointerOf, resolve } from '../functions/http/described.ts';
import type { Operation } from '../functions/http/openapi-rules.ts';
import type { Draft } from './requests.ts';
import type { Got } from './socket.ts';

/** Headers of HTTP itself, which no operation describes. */
const OF_HTTP = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'content-type',
  'transfer-encoding',
]);

const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The way to the answer with that status, through its reference if it has one. */
const answerOf = (
  document: Node,
  { path, method, operation }: Operation,
  status: number,
): { readonly answer: Node; readonly pointer: string } | undefined => {
  const given = (operation.responses as Record<string, Node>)[status];
  if (!given) return undefined;
  const pointer =
    typeof given.$ref === 'string'
      ? given.$ref.slice(1)
      : pointerOf(['paths', path, method, 'responses', String(status)]);
  return { answer: resolve(document, given), pointer };
};

const problemFaults = (draft: Draft, { status, headers, body }: Got): readonly string[] => {
  const problem = JSON.parse(body.toString()) as Record<string, unknown>;
  const { code, title, detail } = problem;
  const known = PROBLEMS[code as keyof typeof PROBLEMS];
  const language = draft.headers['accept-language'] === 'ja' ? 'ja' : 'en';
  return [
    ...(known?.status === status ? [] : [`${String(code)} is no code of status ${status}`]),
    ...(headers['content-language'] === language ? [] : [`the language is ${headers['content-language']}`]),
    ...[title, detail]
      .filter((text) => JAPANESE.test(String(text)) !== (language === 'ja'))
      .map((text) => `not in ${language}: ${String(text)}`),
  ];
};

/** What an answer has that the document does not say of the operation; empty if nothing. */
export const faultsOfAnswer = (
  document: Node,
  check: Check,
  operation: Operation,
  draft: Draft,
  got: Got,
): readonly string[] => {
  const { status, headers, body } = got;
  if (draft.method === 'OPTIONS') return status === 204 && headers.allow ? [] : [`OPTIONS gives ${status}`];
  const { method } = draft;
  const isHead = method === 'HEAD';
  const found = answerOf(document, operation, status);
  if (!found) return [`status ${status} is not documented`];
  const { answer } = found;
  const undocumented = Object.keys(headers).filter(
    (name) => !OF_HTTP.has(name) && !((answer.headers ?? {}) as Node)[name],
  );
  const faults = undocumented.map((name) => `header ${name} is not documented for ${status}`);

  // The content that HEAD describes is that of GET.
  const whole = operation.method === 'head' ? answerOf(document, getOf(document, operation), status) : found;
  const content = (whole?.answer.content ?? {}) as Node;
  const type = headers['content-type'];
  if (type === undefined) return [...faults, ...(body.length > 0 ? ['content without a type'] : [])];
  const documented = Object.keys(content).find((one) => one === type || one === mediaType(type));
  if (documented === undefined) return [...faults, `content type ${type} is not documented for ${status}`];
  if (isHead) return [...faults, ...(body.length > 0 ? ['content for HEAD'] : [])];
  if (type === 'application/problem+json') faults.push(...problemFaults(draft, got));
  if ((content[documented] as Node).schema !== undefined) {
    const pointer = `${whole?.pointer}${pointerOf(['content', documented, 'schema'])}`;
    faults.push(...check(pointer, JSON.parse(body.toString())).map((fault) => `content: ${fault}`));
  }
  return faults;
};

const getOf = (document: Node, { path }: Operation): Operation => ({
  path,
  method: 'get',
  operation: ((document.paths as Record<string, Node>)[path] as Node).get as Node,
});
