import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Signing, Unsigned } from '../../lib/aws/signature-v4.ts';
import type { Recorded } from './recorder.ts';

/** Signatures as the AWS SDK's own signer makes them. */

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Buffer =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);

export const signedByTheSdk = async (
  { method, path, query, headers, body }: Unsigned & { readonly query?: Readonly<Record<string, string>> },
  { credentials, region, service, time }: Signing,
): Promise<Record<string, string>> => {
  const signer = new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const request = {
    method,
    protocol: 'https:',
    hostname: headers.host ?? '',
    path,
    query: { ...query },
    headers: { ...headers },
    body,
  };
  return (await signer.sign(request, { signingDate: new Date(time) })).headers;
};

/** Whether the request, as received, has the signature that the SDK would give it. */
export const isSigned = async (
  { method, url, headers }: IncomingMessage | Recorded,
  body: Uint8Array,
  secretAccessKey: string,
): Promise<boolean> => {
  const [, accessKeyId = '', region = '', service = '', names = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), /.exec(
      headers.authorization ?? '',
    ) ?? [];
  const date = String(headers['x-amz-date']);
  const time = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const sessionToken = headers['x-amz-security-token'];
  const { pathname, searchParams } = new URL(url ?? '', 'http://host');
  const kept = names
    .split(';')
    .filter((name) => name !== 'x-amz-date' && name !== 'x-amz-security-token')
    .map((name) => [name, String(headers[name])]);
  const again = await signedByTheSdk(
    {
      method: method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(kept),
      body,
    },
    {
      credentials: {
        accessKeyId,
        secretAccessKey,
        ...(typeof sessionToken === 'string' && { sessionToken }),
      },
      region,
      service,
      time,
    },
  );
  return again.authorization === headers.authorization;
};

/** Parameters by which an address is signed. */
const SIGNING = /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)$/;

/** The same for an address that is signed in its query. */
export const isSignedInQuery = async (
  { method, url, headers }: Pick<IncomingMessage, 'headers'> & { method?: string; url?: string },
  secretAccessKey: string,
): Promise<boolean> => {
  const { pathname, searchParams } = new URL(url ?? '', 'http://signed');
  const [accessKeyId = '', , region = '', service = ''] = (searchParams.get('X-Amz-Credential') ?? '').split(
    '/',
  );
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get('X-Amz-Date') ?? '') ?? [];
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const seconds = Number(searchParams.get('X-Amz-Expires'));
  const sessionToken = searchParams.get('X-Amz-Security-Token');
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== null && { sessionToken }) },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const { query } = await signer.presign(
    {
      method: method ?? '',
      protocol: 'https:',
      hostname: headers.host ?? '',
      path: pathname,
      // The query parameters that are not part of the signature.
      query: Object.fromEntries([...searchParams].filter(([name]) => !SIGNING.test(name))),
      headers: { host: headers.host ?? '', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    {
      expiresIn: seconds,
      signingDate: at,
      unhoistableHeaders: new Set(['x-amz-content-sha256']),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  );
  return query?.['X-Amz-Signature'] === searchParams.get('X-Amz-Signature');
};
