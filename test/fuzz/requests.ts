import fc from 'fast-check';
import { type Node, resolve } from '../functions/http/described.ts';
import type { Operation } from '../functions/http/openapi-rules.ts';
import type { Sent } from './socket.ts';
import type { Known } from './values.ts';

/** A request, in parts that can be broken one by one. */
export interface Draft {
  readonly method: string;
  /** Percent-encoded, by name. */
  readonly path: Readonly<Record<string, string>>;
  /** Percent-encoded pairs. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** What was broken on purpose. */
  readonly broken?: string;
}

export const sentOf = ({ path: template }: Operation, draft: Draft): Sent => {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => draft.path[name] ?? '');
  const query = draft.query.map(([name, value]) => `${name}=${value}`).join('&');
  const { method, headers, body } = draft;
  return { method, target: query === '' ? path : `${path}?${query}`, headers, body };
};

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Node;
}

type Values = (schema: Node, name?: string) => fc.Arbitrary<unknown>;

/** The ids of different things have one name; the operation or the segment before tells them apart. */
const nameIn = ({ path, operation }: Operation, name: string, known: Known): string => {
  const ofOperation = `${operation.operationId}/${name}`;
  if (ofOperation in known) return ofOperation;
  const segment = new RegExp(`([a-z-]+)/\\{${name}\\}`).exec(path)?.[1];
  const whole = `${segment}/${name}`;
  return whole in known ? whole : name;
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Header values have no other characters. */
const headerText = (value: unknown): string =>
  String(value)
    .replace(/[^\x20-\x7e]/g, '')
    .trim();

export const requestsOf = (document: Node, values: Values, known: Known) => {
  const parametersOf = ({ operation }: Operation, part: Parameter['in']): readonly Parameter[] =>
    ((operation.parameters ?? []) as Node[])
      .map((parameter) => resolve(document, parameter) as unknown as Parameter)
      .filter((parameter) => parameter.in === part);

  const part = (operation: Operation, where: Parameter['in']): fc.Arbitrary<Record<string, unknown>> => {
    const given = parametersOf(operation, where).map(({ name, required, schema }) => {
      const value = values(schema, nameIn(operation, name, known));
      // A query with many members is nearly always one that cannot be.
      const rarely = fc.oneof(
        { weight: 7, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: value },
      );
      return [name, required ? value : rarely] as const;
    });
    return fc
      .record(Object.fromEntries(given))
      .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  };

  const bodyOf = (
    operation: Operation,
  ): fc.Arbitrary<{ readonly type: string; readonly bytes: Uint8Array } | undefined> => {
    const { content } = (operation.operation.requestBody ?? {}) as { content?: Record<string, Node> };
    if (!content) return fc.constant(undefined);
    return fc.constantFrom(...Object.keys(content)).chain((type) => {
      const { schema } = content[type] as { schema?: Node };
      const bytes: fc.Arbitrary<Uint8Array> = schema
        ? values(schema).map((value) => utf8(JSON.stringify(value)))
        : fc.oneof(
            {
              weight: 3,
              arbitrary: fc.constantFrom(...((known[type] ?? [new Uint8Array()]) as Uint8Array[])),
            },
            { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
          );
      return bytes.map((made) => ({ type, bytes: made }));
    });
  };

  /** A request that the document allows. */
  const allowed = (operation: Operation): fc.Arbitrary<Draft> =>
    fc
      .record({
        path: part(operation, 'path'),
        query: part(operation, 'query'),
        header: part(operation, 'header'),
        body: bodyOf(operation),
      })
      .map(({ path, query, header, body }) => ({
        method: operation.method.toUpperCase(),
        path: Object.fromEntries(
          Object.entries(path).map(([name, value]) => [name, encodeURIComponent(String(value))]),
        ),
        query: Object.entries(query).map(
          ([name, value]) => [name, encodeURIComponent(String(value))] as const,
        ),
        headers: {
          ...Object.fromEntries(Object.entries(header).map(([name, value]) => [name, headerText(value)])),
          ...(body && { 'content-type': body.type, 'content-length': String(body.bytes.length) }),
        },
        body: body?.bytes,
      }));

  return { allowed };
};

type Break = (draft: Draft, operation: Operation) => fc.Arbitrary<Draft> | undefined;

const oneOf = <T>(...choices: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...choices);

const withBody = (draft: Draft, body: Uint8Array): Draft => ({
  ...draft,
  headers: { ...draft.headers, 'content-length': String(body.length) },
  body,
});

const isJson = ({ headers }: Draft): boolean => headers['content-type'] === 'application/json';

const parsed = ({ body }: Draft): unknown => JSON.parse(Buffer.from(body ?? []).toString() || 'null');

const membersOf = (draft: Draft): Record<string, unknown> | undefined => {
  if (!isJson(draft) || draft.body === undefined) return undefined;
  try {
    const value = parsed(draft);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const hasSchema = ({ operation }: Operation): boolean => {
  const { content = {} } = (operation.requestBody ?? {}) as { content?: Record<string, Node> };
  return Object.values(content).some(({ schema }) => schema !== undefined);
};

/** Escapes that are none, no UTF-8, or stand for what a path must not have. */
const ODD = [
  '%ff',
  '%zz',
  '%',
  '%e3%81',
  '%00',
  '%2e%2e%2f',
  '%c0%af',
  '%ed%a0%80',
  '%25%66',
  'x'.repeat(5000),
  '..;',
  "'--",
];

/** The ways to break a request. Those that are in vain for an operation give undefined. */
export const BREAKS: Readonly<Record<string, Break>> = {
  'an odd path': (draft) => {
    const names = Object.keys(draft.path);
    if (names.length === 0) return undefined;
    return fc
      .tuple(oneOf(...names), oneOf(...ODD, ''))
      .map(([name, odd]) => ({ ...draft, path: { ...draft.path, [name]: odd } }));
  },
  'an unknown query parameter': (draft) =>
    oneOf('unknown', '__proto__', 'constructor', '%ff', '').map((name) => ({
      ...draft,
      query: [...draft.query, [name, '1']],
    })),
  'a doubled query parameter': (draft) => {
    const [first = ['from', '2026-04-01T00:00:00Z']] = draft.query;
    return fc.constant({ ...draft, query: [...draft.query, first, first] });
  },
  'an odd query value': (draft) => {
    if (draft.query.length === 0) return undefined;
    return fc
      .tuple(fc.nat(draft.query.length - 1), oneOf(...ODD, '-1', '1e9', '[]', ''))
      .map(([at, odd]) => ({
        ...draft,
        query: draft.query.map(([name, value], index) => [name, index === at ? odd : value] as const),
      }));
  },
  'another content type': (draft) => {
    if (draft.body === undefined) return undefined;
    const { 'content-type': _type, ...without } = draft.headers;
    return oneOf<Record<string, string>>(
      without,
      { ...draft.headers, 'content-type': 'text/html' },
      { ...draft.headers, 'content-type': 'application/json; charset=shift_jis' },
      { ...draft.headers, 'content-type': ';;;' },
      { ...draft.headers, 'content-encoding': 'br' },
    ).map((headers) => ({ ...draft, headers }));
  },
  'a body that is no text': (draft, operation) =>
    hasSchema(operation)
      ? oneOf(
          Uint8Array.of(0xff, 0xfe),
          Uint8Array.of(0xef, 0xbb, 0xbf, ...(draft.body ?? [])),
          Buffer.concat([draft.body ?? new Uint8Array(), Uint8Array.of(0xc3)]),
          utf8('{"reason":"\\ud800"}'),
          new Uint8Array(),
        ).map((body) => withBody(draft, body))
      : undefined,
  'a body that is no JSON': (draft, operation) =>
    hasSchema(operation)
      ? oneOf(
          '{',
          'nul',
          '{"a":1,}',
          '{"a":1,"a":1}',
          '{"__proto__":{}}',
          '['.repeat(40) + ']'.repeat(40),
          '{"a":'.repeat(2000),
          '[]',
          'null',
          '1e999',
          '"市"',
        ).map((text) => withBody(draft, utf8(text)))
      : undefined,
  'an unknown member': (draft) => {
    const members = membersOf(draft);
    return members && fc.constant(withBody(draft, utf8(JSON.stringify({ ...members, 'no member': 1 }))));
  },
  'a missing or wrong member': (draft) => {
    const members = membersOf(draft);
    const names = Object.keys(members ?? {});
    if (names.length === 0) return undefined;
    return fc
      .tuple(
        oneOf(...names),
        oneOf<unknown>(undefined, null, {}, [[]], -1, 1.5, true, 'x'.repeat(100_000), '\u0000', {
          length: 1,
        }),
      )
      .map(([name, value]) => withBody(draft, utf8(JSON.stringify({ ...members, [name]: value }))));
  },
  'a body that is too long': (draft, { operation }) => {
    const { description = '' } = (operation.requestBody ?? {}) as { description?: string };
    const limit = Number(/[\d,]+/.exec(description)?.[0].replaceAll(',', '') ?? 0);
    // Announced and not sent: the service must not wait for it.
    return oneOf(limit + 1, limit + 1e9, Number.MAX_SAFE_INTEGER).map((length) => ({
      ...draft,
      headers: { ...draft.headers, 'content-length': String(length) },
      body: new Uint8Array(1),
    }));
  },
  'another transfer coding': (draft) => {
    const { 'content-length': _length, ...headers } = draft.headers;
    return fc.constant({ ...draft, headers: { ...headers, 'transfer-encoding': 'gzip, chunked' } });
  },
  'headers that are too long': (draft) =>
    fc.constant({ ...draft, headers: { ...draft.headers, 'x-long': 'x'.repeat(20_000) } }),
  'another method': (draft) =>
    oneOf('PUT', 'PATCH', 'TRACE', 'PROPFIND', 'OPTIONS').map((method) => ({ ...draft, method })),
  'an odd header': (draft) =>
    oneOf(
      { 'akashi-purpose': 'no-such-purpose' },
      { 'idempotency-key': 'x'.repeat(1000) },
      { 'idempotency-key': 'é' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"' },
      { authorization: 'Basic eA==' },
      { authorization: 'Bearer x.y.z' },
      { accept: 'image/png' },
      { host: 'elsewhere.example' },
    ).map((more) => ({ ...draft, headers: { ...draft.headers, ...more } })),
};

/** One request in two is left as it is. */
export const someBroken = (operation: Operation, allowed: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.oneof(
    { weight: 1, arbitrary: allowed },
    {
      weight: 1,
      arbitrary: fc.tuple(allowed, oneOf(...Object.keys(BREAKS))).chain(([draft, kind]) => {
        const broken = BREAKS[kind]?.(draft, operation);
        return broken ? broken.map((made): Draft => ({ ...made, broken: kind })) : fc.constant(draft);
      }),
    },
  );
