import { createHmac, hash } from 'node:crypto';

/** Signature Version 4, by which AWS knows who asks and that nothing of the request was changed on its way. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with the credentials of a role. */
  readonly sessionToken?: string;
}

/** A request as it will be sent. All of its headers are signed. */
export interface Unsigned {
  readonly method: string;
  /** Percent-encoded, each segment once. Services other than S3 sign it encoded twice; theirs is always `/` here. */
  readonly path: string;
  /** Not encoded; see `encodeQuery`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Signing {
  readonly credentials: Credentials;
  readonly region: string;
  /** Its name in signatures: `dynamodb`, `kms`, `s3`. */
  readonly service: string;
  /** Milliseconds since 1970. A service refuses what was signed more than some minutes ago. */
  readonly time: number;
}

/** The headers of the request with those that sign it. */
export const signed = (request: Unsigned, signing: Signing): Readonly<Record<string, string>> => {
  const { date, credential, signatureOf } = openSigning(signing);
  const { sessionToken } = signing.credentials;
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const signature = signatureOf([
    request.method,
    request.path,
    encodeQuery(request.query ?? {}),
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    hash('sha256', request.body),
  ]);
  headers.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
};

/**
 * An address that is signed in its query ("query string authentication"): whoever has it may read what is there for so
 * many seconds, with the rights of who signed it, while the signer's credentials hold. The path has none of the
 * characters that are encoded.
 */
export const signedAddress = ({ origin, host, pathname }: URL, signing: Signing, seconds: number): string => {
  const { date, credential, signatureOf } = openSigning(signing);
  const { sessionToken } = signing.credentials;
  const query = encodeQuery({
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': credential,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
  });
  const signature = signatureOf(['GET', pathname, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD']);
  return `${origin}${pathname}?${query}&X-Amz-Signature=${signature}`;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What both forms have in common. A canonical request is given as its lines. */
const openSigning = ({ credentials, region, service, time }: Signing) => {
  const date = `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signatureOf = (canonical: readonly string[]): string => {
    const key = scope
      .split('/')
      .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
    const digest = hash('sha256', canonical.join('\n'));
    return hmac(key, `${ALGORITHM}\n${date}\n${scope}\n${digest}`).toString('hex');
  };
  return { date, credential: `${credentials.accessKeyId}/${scope}`, signatureOf };
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** In the one form and order that are signed: RFC 3986's unreserved characters as they are, all others encoded. */
export const encodeQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
