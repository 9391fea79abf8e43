import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { FaultCode } from '../../../lib/fault.ts';
import { PROBLEMS } from '../problems.ts';
import type { ResponseDescription, Route } from '../route.ts';
import { faultsOf } from './faults.ts';
import { jsonSchema, type Schema, type Schemas } from './json-schema.ts';

/** Headers that many answers have, by name. The document has each once. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-request-id': 'The id of the request, which the log of the service has too.',
  'x-content-type-options': '`nosniff`: the content is of the type that the answer names.',
  'cache-control': 'Whether a cache may keep the answer, and for how long. Most answers say `no-store`.',
  'content-language': 'The language of the texts: `en` or `ja`.',
  vary: '`Accept-Language`, which chooses the language of the texts.',
  'www-authenticate': 'The scheme of tokens (RFC 6750 3).',
  allow: 'The methods that the path takes.',
  accept: 'The media types that the operation takes.',
  'retry-after': 'Seconds after which to try again.',
};

const ALWAYS = ['x-request-id', 'x-content-type-options', 'cache-control'];
const OF_PROBLEMS = ['content-language', 'vary'];
const OF_STATUS: Readonly<Record<number, readonly string[]>> = {
  401: ['www-authenticate'],
  405: ['allow'],
  415: ['accept'],
  429: ['retry-after'],
  503: ['retry-after'],
};

/** Statuses that API Gateway answers by itself, before a request reaches the service or where no answer came back. */
const GATEWAY: Readonly<Record<number, string>> = {
  429: 'On AWS, API Gateway: more requests came than the door takes. The CDN answers without a body where one address asks too often.',
  500: 'On AWS, API Gateway: the function did not start.',
  503: 'On AWS, API Gateway: the function gave no answer in time.',
};

/** What the parser of HTTP refuses, on one machine, before there is a request that could get a problem document. */
const UNREAD: Readonly<Record<number, string>> = {
  431: 'The target and the headers have more than 16 KiB together. The connection is closed, and the answer has no body.',
};

/** Responses that operations share: what the stack and the doors answer, by the name of the status. */
export interface Answers {
  /** Every answer to a request with the method of the route, or with HEAD, which sends no content. */
  of(route: Route, method: 'own' | 'HEAD'): Schema;
  readonly shared: ReadonlyMap<string, Schema>;
  readonly headers: Schema;
}

export const openAnswers = (schemas: Schemas): Answers => {
  const shared = new Map<string, Schema>();

  const share = (name: string, answer: Schema): Schema => {
    if (!isDeepStrictEqual(shared.get(name) ?? answer, answer))
      throw new Error(`Two answers are named ${name}.`);
    shared.set(name, answer);
    return { $ref: `#/components/responses/${name}` };
  };

  const refusals = (route: Route, bare: boolean): readonly [number, Schema][] => {
    const faults = faultsOf(route);
    const byStatus = Map.groupBy(faults.all, (code) => PROBLEMS[code].status);
    const statuses = new Set([...byStatus.keys(), ...Object.keys({ ...GATEWAY, ...UNREAD }).map(Number)]);
    return [...statuses].map((status) => {
      const name = (STATUS_CODES[status] as string).replace(/\W/g, '');
      // Without content no code is seen, so the answers of all operations to HEAD are alike.
      if (bare) {
        const isProblem = byStatus.has(status);
        const whose = isProblem ? name : `${name}Elsewhere`;
        return [status, share(`${whose}ToHead`, refusalToHead(status, isProblem))];
      }
      const codes = byStatus.get(status) ?? [];
      const answer = refusal(status, codes);
      const isOwn = codes.some((code) => faults.own.has(code));
      return [status, isOwn ? answer : share(name, answer)];
    });
  };

  return {
    shared,
    headers: Object.fromEntries(
      Object.entries(HEADERS).map(([name, description]) => [name, headerOf(description)]),
    ),
    of: (route, method) => {
      const bare = method === 'HEAD';
      const answers = [...successes(route, bare, schemas), ...refusals(route, bare)];
      return Object.fromEntries(answers.sort(([a], [b]) => a - b));
    },
  };
};

const headerOf = (description: string): Schema => ({ description, schema: { type: 'string' } });

const headersNamed = (names: readonly string[]): Schema =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const headersOfProblem = (status: number): Schema =>
  headersNamed([...ALWAYS, ...OF_PROBLEMS, ...(OF_STATUS[status] ?? [])]);

const refusal = (status: number, codes: readonly FaultCode[]): Schema => {
  const gateway = GATEWAY[status];
  const elsewhere = gateway ?? UNREAD[status];
  const problems = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`);
  const content = {
    ...(codes.length > 0 && {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem', properties: { code: { enum: codes } } },
      },
    }),
    ...(gateway && { 'application/json': { schema: { $ref: '#/components/schemas/GatewayRefusal' } } }),
  };
  return {
    description: [...problems, ...(elsewhere ? [elsewhere] : [])].join('\n'),
    ...(codes.length > 0 && { headers: headersOfProblem(status) }),
    ...(Object.keys(content).length > 0 && { content }),
  };
};

const refusalToHead = (status: number, isProblem: boolean): Schema => ({
  description: 'The refusal that GET gets, without its content.',
  ...(isProblem && { headers: headersOfProblem(status) }),
});

const successes = (route: Route, bare: boolean, schemas: Schemas): readonly [number, Schema][] => {
  const described = Object.entries(route.responses).map(
    ([status, answer]) => [Number(status), answer] as const,
  );
  // A redirect leads to content, which HEAD does not ask for.
  const given = bare ? described.filter(([status]) => status < 300) : described;
  const answers = given.map(([status, answer]): [number, Schema] => [status, success(answer, bare, schemas)]);
  const whole = route.responses[200];
  return whole && isConditional(route) ? [...answers, [304, notModified(whole)]] : answers;
};

/** Whether the operation answers 304 to a client that has the content: if its answer names the version (conditional.ts). */
export const isConditional = ({ responses }: Pick<Route, 'responses'>): boolean =>
  responses[200]?.headers?.etag !== undefined;

const success = (answer: ResponseDescription, bare: boolean, schemas: Schemas): Schema => {
  const { description, contentType, schema } = answer;
  const type = contentType ?? (schema === undefined ? undefined : 'application/json');
  const content = schema === undefined ? {} : { schema: jsonSchema(schema, 'output', schemas) };
  return {
    description,
    headers: headersOf(answer),
    ...(type === undefined || bare ? {} : { content: { [type]: content } }),
  };
};

const notModified = (whole: ResponseDescription): Schema => ({
  description: 'The client has this version already: If-None-Match names its ETag.',
  headers: headersOf(whole),
});

const headersOf = ({ headers = {} }: ResponseDescription): Schema => ({
  ...headersNamed(ALWAYS),
  ...Object.fromEntries(Object.entries(headers).map(([name, about]) => [name, headerOf(about)])),
});
