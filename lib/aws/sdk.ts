import { crc32 } from 'node:zlib';
import { Fault } from '../fault.ts';
import type { Limits } from './exchange.ts';
import { NoAnswer, Refusal } from './outcome.ts';
import type { Credentials } from './signature-v4.ts';

/** Shared by the adapters that use AWS's SDK. This file loads nothing of the SDK itself. */

/** The SDK finds each absent member by itself: Region, credentials, FIPS and other endpoints (AWS_REGION and so on). */
export interface SdkAccess {
  readonly region?: string;
  readonly credentials?: Credentials;
  /** Replaces the service's own address. S3 buckets then begin the path, not the host's name. */
  readonly endpoint?: string;
  /** Replaces the adapter's own limits. */
  readonly limits?: Partial<Timeouts>;
}

export type Timeouts = Pick<Limits, 'connectMs' | 'answerMs'>;

/** How often the SDK may send a request that it repeats by itself, the first time included. */
export const ATTEMPTS = 4;

/** The settings of a client. */
export const clientSettings = ({ region, credentials, endpoint, limits }: SdkAccess, adapter: Timeouts) => {
  const { connectMs, answerMs } = { ...adapter, ...limits };
  return {
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
    requestHandler: {
      connectionTimeout: connectMs,
      // The longest wait until the answer begins, and between two pieces of its body.
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
    },
  };
};

/**
 * The answer of the SDK. Rejects with `Refusal` or `NoAnswer` as the lean client does. Any other failure rejects with
 * the SDK's own error. Fault: `configuration-invalid` without a Region or credentials.
 */
export const asked = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    throw outcomeOf(error);
  }
};

/** An answer from the SDK's HTTP handler: its body is a stream that has not been read. */
interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: unknown;
}

/**
 * A middleware of the SDK for services that speak AWS's JSON protocol. It refuses an answer whose checksum is wrong,
 * and an answer of status 200 that is not a JSON object. The SDK accepts both and returns an answer without members,
 * which would report an existing row as absent. It runs in the step `deserialize`, inside the SDK's own reading.
 */
export const refuseDamaged =
  <A, O extends { readonly response: unknown }>(next: (given: A) => Promise<O>) =>
  async (given: A): Promise<O> => {
    const output = await next(given);
    const answer = output.response as HttpAnswer;
    const body = await bytesOf(answer.body);
    const checksum = answer.headers['x-amz-crc32'];
    if (checksum !== undefined && Number(checksum) !== crc32(body)) throw damaged('WrongChecksum');
    if (answer.statusCode === 200 && !/^\s*\{/.test(body.toString('latin1', 0, 64)))
      throw damaged('MalformedAnswer');
    answer.body = body;
    return output;
  };

const bytesOf = async (body: unknown): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** `$retryable` lets the SDK send the request again. */
const damaged = (reason: string): NoAnswer =>
  Object.assign(new NoAnswer(reason, true), { $retryable: { throttling: false } });

/** The members of the SDK's errors that are read here. */
interface SdkError extends Error {
  readonly code?: unknown;
  /** Whose fault the error was. Present only if the service answered with an error. */
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const outcomeOf = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof NoAnswer) return error;
  const { name, message, code, $fault, $metadata } = error as SdkError;
  if (name === 'CredentialsProviderError') return notConfigured('credentials', error);
  if (message === 'Region is missing') return notConfigured('Region', error);
  if ($fault !== undefined) return new Refusal(name, $metadata?.httpStatusCode ?? 0, { ...error });
  if (typeof code === 'string') return new NoAnswer(code, !NOT_SENT.test(code), { cause: error });
  // The SDK's error for a connection timeout has no code, and its other timeouts have the same name: the message
  // decides.
  if (name === 'TimeoutError') {
    return new NoAnswer(name, !message.includes('did not establish a connection'), { cause: error });
  }
  if (name === 'AbortError') return new NoAnswer('AnswerTimeout', true, { cause: error });
  // An answer came, but not in the form of the service's protocol.
  if ($metadata?.httpStatusCode !== undefined) {
    return new NoAnswer('MalformedAnswer', true, { cause: error });
  }
  return error;
};

/** Codes of Node and OpenSSL for connections that were never established, so that nothing was written to them. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|.*CERT.*|UNABLE_TO_VERIFY.*|HOSTNAME_MISMATCH|EPROTO)$/;

const notConfigured = (missing: 'Region' | 'credentials', cause: Error): Fault =>
  new Fault(
    'configuration-invalid',
    missing === 'Region'
      ? 'No AWS Region is set; set AWS_REGION.'
      : 'No AWS credentials were found; give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    {},
    { cause },
  );
