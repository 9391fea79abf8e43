import { createHmac, hash } from 'node:crypto';
import type { AwsAccess } from '../aws/service.ts';
import { encodeQuery } from '../aws/signature-v4.ts';
import { ADDRESS_SECONDS } from './hand-over.ts';

/** Addresses of objects in a bucket, each by `signedAddress`. */
export const openAddresses = (bucket: string, access: AwsAccess) => {
  const { host, root } = placeOf(bucket, access);
  const origin = access.endpoint ?? `https://${host}`;
  return (key: string): string => signedAddress(new URL(`${origin}${root}/${key}`), access, ADDRESS_SECONDS);
};

/**
 * An address that is signed in its query (Signature Version 4, "query string authentication"): whoever has it may read
 * that one object, with the rights of who signed it, while it holds and the signer's credentials do. Nothing is asked
 * of S3 to make one. The path has none of the characters that are encoded.
 */
export const signedAddress = (
  { origin, host, pathname }: URL,
  { region, credentials, clock }: Pick<AwsAccess, 'region' | 'credentials' | 'clock'>,
  seconds: number,
): string => {
  const time = `${new Date(clock()).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const query = encodeQuery({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
  });
  const canonical = ['GET', pathname, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  return `${origin}${pathname}?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`;
};

/** As in s3-calls.ts: a bucket is a part of the host's name where S3's own certificate allows it, else of the path. */
export const placeOf = (
  bucket: string,
  { region, endpoint }: AwsAccess,
): { readonly host: string; readonly root: string } => {
  const regional = `s3.${region}.amazonaws.com`;
  return endpoint !== undefined || bucket.includes('.')
    ? { host: regional, root: `/${bucket}` }
    : { host: `${bucket}.${regional}`, root: '' };
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
