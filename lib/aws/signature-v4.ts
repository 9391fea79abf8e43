import { createHmac, hash } from 'node:crypto';

/** Signature Version 4. It shows AWS who asks, and that the request was not changed on its way. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only the credentials of a role have one. */
  readonly sessionToken?: string;
}

/** A request as it will be sent. All of its headers are signed. */
export interface Unsigned {
  readonly method: string;
  /** Percent-encoded. The services that are asked here have `/` and no query. */
  readonly path: string;
  /** Names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Signing {
  readonly credentials: Credentials;
  readonly region: string;
  /** The service's name in signatures: `dynamodb`, `kms`. */
  readonly service: string;
  /** Milliseconds since 1970. A service refuses a signature that is more than some minutes old. */
  readonly time: number;
}

/** The request's headers, with those of the signature added. */
export const signed = (request: Unsigned, signing: Signing): Readonly<Record<string, string>> => {
  const { credentials, region, service, time } = signing;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const canonical = [
    request.method,
    request.path,
    NO_QUERY,
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    hash('sha256', request.body),
  ].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, `${ALGORITHM}\n${date}\n${scope}\n${hash('sha256', canonical)}`).toString(
    'hex',
  );
  headers.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';
const NO_QUERY = '';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
