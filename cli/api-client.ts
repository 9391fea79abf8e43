import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { adviceFor } from './advice.ts';
import { problemAnswer } from './answers.ts';
import { isOpen } from './doors.ts';
import { readEvents } from './event-stream.ts';
import { type Answer, exchange, type Question } from './exchange.ts';
import { EXIT, Failure, unexpected, usage } from './failure.ts';
import type { Saved, Take } from './save.ts';
import type { Settings } from './settings.ts';

/** A page of a thousand records is about 10 MiB if every record names as many certificates as it may. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;
const MAX_PEM_BYTES = 1024 * 1024;
/** Long enough for a CRL of national size to be built and signed. */
const API_TIMEOUT_MS = 120_000;
/** Long enough for ten million records. */
const SAVE_TIMEOUT_MS = 3_600_000;

type Query = Readonly<Record<string, string | undefined>>;

interface Call {
  readonly method: Question['method'];
  /** Segments are percent-encoded already. */
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: { readonly body: Uint8Array; readonly contentType: string };
  readonly into?: Question['into'];
}

/** An address of the service, and what a request there carries. */
interface Door {
  readonly base: string;
  readonly tls?: NonNullable<Question['tls']>;
  readonly headers?: NonNullable<Question['headers']>;
}

/**
 * The service's HTTP API for one caller. Every method rejects with a `Failure`. What everybody may ask (doors.ts) is asked
 * at the plain address without credentials, and everything else at the caller's door.
 */
export interface ApiClient {
  get<T>(path: string, answer: z.ZodType<T>, query?: Query): Promise<T>;
  /** `status` tells 201 from 200. */
  post<T>(
    path: string,
    answer: z.ZodType<T>,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly answer: T }>;
  delete(path: string): Promise<void>;
  /** A DELETE whose answer says what stands now. */
  deleteAndRead<T>(path: string, answer: z.ZodType<T>): Promise<T>;
  /** The bytes of an answer of any kind, at most `maxBytes` (32 MiB unless it says otherwise). */
  bytes(path: string, maxBytes?: number): Promise<Uint8Array>;
  /** PEM. */
  pem(path: string, query?: Query): Promise<string>;
  /** Plain text of at most 1 MiB. */
  text(path: string): Promise<string>;
  upload<T>(path: string, answer: z.ZodType<T>, body: Uint8Array, contentType: string): Promise<T>;
  /** An answer of any length and kind. `take` writes it to the file that was opened for it (`saving`). */
  save(path: string, take: Take, query?: Query): Promise<Saved>;
  /** Server-sent events, until the service ends them or `take` says that it has enough. */
  events<T>(path: string, answer: z.ZodType<T>, take: (value: T) => boolean): Promise<void>;
  /** Always with the client certificate. */
  token<T>(answer: z.ZodType<T>): Promise<T>;
  /**
   * Sends a request to an address that a certificate or the command line named, and gives the raw answer. Where it `names`
   * the caller, the request goes to the caller's door with the caller's credentials, so that the service's record names the
   * caller, with the further `headers`. Any other address learns nothing about the caller.
   */
  ask(question: Omit<Question, 'tls'>, headers?: Question['headers']): Promise<Answer>;
  /** Whether `ask` names the caller: below the service's plain address, but not where everybody may ask. */
  names(question: Pick<Question, 'url' | 'method'>): boolean;
}

export const openApiClient = ({ url, tlsUrl, tokenUrl, caller, language }: Settings): ApiClient => {
  const own: Door =
    caller.by === 'certificate'
      ? { base: tlsUrl, tls: caller.tls }
      : caller.by === 'token'
        ? { base: tokenUrl, headers: { authorization: `Bearer ${caller.token}` } }
        : {
            base: url,
            ...(caller.by === 'nothing' && caller.ca !== undefined && { tls: { ca: caller.ca } }),
          };
  // A service of one address asks everybody there for a certificate.
  const open: Door = own.base === url ? own : { base: url };
  const doorOf = (method: Question['method'], path: string): Door => (isOpen(method, path) ? open : own);

  const plain = new URL(`${url}/`);
  /** Certificates have plain HTTP in their addresses, also those of a service whose plain address has TLS. */
  const isOurs = ({ protocol, host, pathname }: URL): boolean =>
    /^https?:$/.test(protocol) && host === plain.host && pathname.startsWith(plain.pathname);
  /** Below the plain address. */
  const pathOf = ({ pathname }: URL): string => pathname.slice(plain.pathname.length - 1);
  const names: ApiClient['names'] = ({ url: address, method }) =>
    caller.by !== 'nothing' && isOurs(address) && !isOpen(method, pathOf(address));

  const call = async (
    { method, path, query = {}, headers, json, bytes, into }: Call,
    maxBytes: number,
  ): Promise<Answer> => {
    const door = doorOf(method, path);
    const target = new URL(`${door.base}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, value);
    }
    const accept = into
      ? '*/*'
      : 'application/json, application/problem+json, application/pem-certificate-chain, text/plain';
    const bounds = {
      maxBytes,
      timeoutMs: into ? SAVE_TIMEOUT_MS : API_TIMEOUT_MS,
      ...(into ? { into } : {}),
    };
    const first = await exchange({
      url: target,
      method,
      ...(bytes ? { body: bytes.body } : json === undefined ? {} : { body: JSON.stringify(json) }),
      ...bounds,
      ...(door.tls ? { tls: door.tls } : {}),
      headers: {
        accept,
        'accept-language': language,
        ...(bytes
          ? { 'content-type': bytes.contentType }
          : json === undefined
            ? {}
            : { 'content-type': 'application/json' }),
        ...headers,
        ...door.headers,
      },
    });
    const answer =
      method === 'GET' ? await followed(first, target, { ...bounds, headers: { accept } }) : first;
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(answer, target);
  };

  return {
    get: async (path, schema, query) =>
      readJson(await call({ method: 'GET', path, ...(query ? { query } : {}) }, MAX_JSON_BYTES), schema),

    post: async (path, schema, json, headers) => {
      const answer = await call(
        { method: 'POST', path, ...(json === undefined ? {} : { json }), ...(headers ? { headers } : {}) },
        MAX_JSON_BYTES,
      );
      return { status: answer.status, answer: readJson(answer, schema) };
    },

    delete: async (path) => {
      await call({ method: 'DELETE', path }, MAX_JSON_BYTES);
    },

    deleteAndRead: async (path, schema) =>
      readJson(await call({ method: 'DELETE', path }, MAX_JSON_BYTES), schema),

    bytes: async (path, maxBytes = MAX_JSON_BYTES) => (await call({ method: 'GET', path }, maxBytes)).body,

    pem: async (path, query = {}) => {
      const { headers, body } = await call({ method: 'GET', path, query }, MAX_PEM_BYTES);
      if (mediaType(headers) !== 'application/pem-certificate-chain') {
        throw unexpected('The service answered with something else than certificates in PEM.');
      }
      return body.toString('utf8');
    },

    text: async (path) => {
      const { headers, body } = await call({ method: 'GET', path }, MAX_PEM_BYTES);
      if (mediaType(headers) !== 'text/plain') {
        throw unexpected('The service answered with something else than plain text.');
      }
      return body.toString('utf8');
    },

    upload: async (path, schema, body, contentType) =>
      readJson(await call({ method: 'POST', path, bytes: { body, contentType } }, MAX_JSON_BYTES), schema),

    save: async (path, take, query) => {
      let saved: Saved | undefined;
      const into: Question['into'] = async (body) => {
        saved = await take(body);
      };
      await call({ method: 'GET', path, ...(query ? { query } : {}), into }, MAX_JSON_BYTES);
      return saved as Saved;
    },

    events: async (path, schema, take) => {
      const into: Question['into'] = (body) =>
        readEvents(body, (data) => take(readJson({ status: 200, body: Buffer.from(data) }, schema)));
      await call({ method: 'GET', path, into }, MAX_JSON_BYTES);
    },

    token: async (schema) => {
      if (caller.by !== 'certificate')
        throw usage('A token is given to a client certificate only; use --as.');
      return readJson(await call({ method: 'POST', path: '/token' }, MAX_JSON_BYTES), schema);
    },

    names,

    ask: async (question, headers) => {
      if (caller.by === 'nothing' || !isOurs(question.url)) return exchange(question);
      const { method } = question;
      const path = pathOf(question.url);
      const door = doorOf(method, path);
      const target = new URL(`${door.base}${path}${question.url.search}`);
      const answer = await exchange({
        ...question,
        url: target,
        ...(door.tls ? { tls: door.tls } : {}),
        headers: {
          'accept-language': language,
          ...question.headers,
          ...(isOpen(method, path) ? {} : headers),
          ...door.headers,
        },
      });
      if (answer.status === 403 && headers !== undefined) {
        const { problem, advice } = refusal(answer, target);
        throw new Failure(EXIT.usage, problem, advice);
      }
      return method === 'GET' ? followed(answer, target, question) : answer;
    },
  };
};

/**
 * On AWS the API redirects to S3 for an answer that is too large for it. The address is valid for this file and a few
 * minutes. The request there carries neither the client certificate nor the token: the address itself has credentials,
 * S3 refuses a request with two kinds of them, and the caller's are for the service only. One redirect is followed, and
 * none from TLS to plain HTTP.
 */
const followed = async (
  answer: Answer,
  from: URL,
  question: Omit<Question, 'url' | 'method' | 'tls'>,
): Promise<Answer> => {
  const { location } = answer.headers;
  if ((answer.status !== 303 && answer.status !== 302) || location === undefined) return answer;
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && from.protocol === 'http:')) {
    throw unexpected(phrase`${from.origin} sent elsewhere, to an address that is not followed from there.`);
  }
  const { headers: { authorization: _ours, ...headers } = {}, ...rest } = question;
  const fetched = await exchange({ ...rest, headers, url, method: 'GET' });
  if (fetched.status >= 200 && fetched.status < 300) return fetched;
  throw unexpected(
    phrase`${url.origin}, where ${from.origin} had put its answer, answered ${fetched.status}; ask again.`,
  );
};

/** API Gateway's and the load balancer's 404 are no problem documents. */
const NO_SUCH_PATH = phrase`Compare the addresses with those that the operator names: --url is the plain one, --tls-url takes client certificates, and --token-url takes tokens.`;

const mediaType = (headers: Answer['headers']): string =>
  (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();

const parseJson = ({ body }: Pick<Answer, 'body'>): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};

const readJson = <T>(answer: Pick<Answer, 'status' | 'body'>, schema: z.ZodType<T>): T => {
  const result = schema.safeParse(parseJson(answer));
  if (result.success) return result.data;
  throw unexpected(
    phrase`The service answered ${answer.status} in a form that is not known here: ${z.prettifyError(result.error)}`,
  );
};

const refusal = (answer: Answer, { origin, pathname }: URL): Failure => {
  const { status, headers } = answer;
  if (status < 400) {
    return unexpected(phrase`${origin} answered ${status}; such a redirect is not followed.`);
  }
  const problem = problemAnswer.safeParse(parseJson(answer));
  if (status === 413 && !problem.success) {
    // API Gateway and the load balancer refuse before the service is asked.
    return unexpected(
      phrase`${origin} takes no request of that size. On AWS, put a CDN's access log into the bucket to which the CDN delivers; it is counted there by itself.`,
    );
  }
  if (mediaType(headers) !== 'application/problem+json' || !problem.success) {
    const { exitCode, problem, advice } = unexpected(
      phrase`${origin} answered ${status} without a problem document.`,
    );
    return new Failure(exitCode, { ...problem, status }, status === 404 ? NO_SUCH_PATH : advice);
  }
  return new Failure(EXIT.refused, problem.data, adviceFor(problem.data, pathname));
};
