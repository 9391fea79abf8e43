import type { AwsAccess } from '../aws/service.ts';
import { signedAddress } from '../aws/signature-v4.ts';
import { ADDRESS_SECONDS } from './contract.ts';

/** Addresses of single objects in a bucket, which hold for `ADDRESS_SECONDS`. Nothing is asked of S3 to make one. */
export const openAddresses = (bucket: string, access: AwsAccess) => {
  const { host, root } = placeOf(bucket, access);
  const origin = access.endpoint ?? `https://${host}`;
  const { region, credentials, clock } = access;
  return (key: string): string =>
    signedAddress(
      new URL(`${origin}${root}/${key}`),
      { credentials, region, service: 's3', time: clock() },
      ADDRESS_SECONDS,
    );
};

/**
 * A bucket is a part of the host's name, unless a dot in it would stand outside the wildcard of S3's certificate, or
 * the host is another one; then it begins the path.
 */
export const placeOf = (
  bucket: string,
  { region, endpoint }: AwsAccess,
): { readonly host: string; readonly root: string } => {
  const regional = `s3.${region}.amazonaws.com`;
  return endpoint !== undefined || bucket.includes('.')
    ? { host: regional, root: `/${bucket}` }
    : { host: `${bucket}.${regional}`, root: '' };
};
