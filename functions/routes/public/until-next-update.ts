import { sha256Hex } from '../../http/provide.ts';

/**
 * Caching headers of a CRL, which holds until its nextUpdate, as RFC 5019 6.2 has them for OCSP over GET. `max-age` counts
 * from now, so that caches and verifiers give the CRL up at the same moment; `maxAge`, in seconds, makes caches ask again
 * sooner. There is no `Last-Modified`: two CRLs may be of one second, and a CDN that is asked by that date, or a client
 * that compares it (Java's), would call the older one current. What a client has is told by the `ETag`.
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
