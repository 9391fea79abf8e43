import { sha256Hex } from '../../http/provide.ts';

/**
 * Caching headers of a CRL, which is valid until its nextUpdate, like those of RFC 5019 6.2 for OCSP over GET. `max-age`
 * counts from now, so caches drop the CRL when verifiers do; `maxAge`, in seconds, makes caches ask again sooner. There
 * is no `Last-Modified`: two CRLs may be made in one second, and a CDN or a client (Java's) that compares dates would
 * then take the older one for current. The `ETag` tells the two apart.
 */
export const untilNextUpdate = (
  body: Uint8Array,
  { nextUpdate }: { readonly nextUpdate: Date },
  now: number,
  maxAge = Number.POSITIVE_INFINITY,
): Readonly<Record<string, string>> => {
  const left = Math.max(0, Math.floor((nextUpdate.getTime() - now) / 1000));
  const seconds = Math.min(left, maxAge);
  return {
    'cache-control': `public, max-age=${seconds}, no-transform, must-revalidate`,
    expires: (seconds < left ? new Date(now + seconds * 1000) : nextUpdate).toUTCString(),
    etag: `"${sha256Hex(body)}"`,
  };
};
