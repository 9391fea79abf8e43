import { sha256Hex } from './provide.ts';

/**
 * Caching headers of an answer that holds until its nextUpdate, as RFC 5019 6.2 has them for OCSP over GET; CRLs get the
 * same. `max-age` counts from now, so that caches and verifiers give the answer up at the same moment; `maxAge`, in
 * seconds, makes caches ask again sooner.
 */
export const untilNextUpdate = (
  body: Uint8Array,
  { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date },
  now: number,
  maxAge = Number.POSITIVE_INFINITY,
): Readonly<Record<string, string>> => {
  const left = Math.max(0, Math.floor((nextUpdate.getTime() - now) / 1000));
  const seconds = Math.min(left, maxAge);
  return {
    'cache-control': `public, max-age=${seconds}, no-transform, must-revalidate`,
    'last-modified': thisUpdate.toUTCString(),
    expires: (seconds < left ? new Date(now + seconds * 1000) : nextUpdate).toUTCString(),
    etag: `"${sha256Hex(body)}"`,
  };
};
