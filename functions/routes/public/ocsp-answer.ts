import type { OcspAnswer } from '../../../lib/status/status.ts';
import type { HttpResponse } from '../../http/http.ts';

const TYPE = 'application/ocsp-response';

/**
 * What RFC 9919 6.2 has a responder say to caches. `max-age` counts down to the moment at which the service itself signs
 * anew, so that whoever asks again then is given a newer answer, and so that no cache that heeds it holds an answer
 * longer than the CA's profile allows, counted from the signature and whatever it went through. `Expires` is
 * nextUpdate, as that section asks; `max-age` goes before it (RFC 9111 5.2.2.1).
 */
const forEverybody = (answer: Cacheable, now: number): Readonly<Record<string, string>> => {
  let same = unchanging.get(answer);
  if (same === undefined) {
    same = {
      'last-modified': answer.thisUpdate.toUTCString(),
      expires: answer.nextUpdate.toUTCString(),
      etag: `"${answer.digest}"`,
    };
    unchanging.set(answer, same);
  }
  const maxAge = Math.max(0, Math.floor((answer.freshUntil - now) / 1000));
  return {
    'content-type': TYPE,
    'cache-control': `public, max-age=${maxAge}, no-transform, must-revalidate`,
    ...same,
  };
};

type Cacheable = NonNullable<OcspAnswer['cacheable']>;

/** Of each answer that is kept, what its headers say however often it is given. */
const unchanging = new WeakMap<Cacheable, Readonly<Record<'last-modified' | 'expires' | 'etag', string>>>();

/** Of signed answers that are for one caller: RFC 9919 6.2 forbids `no-store` there, and asks for it with errors. */
const FOR_ONE = { 'content-type': TYPE, 'cache-control': 'private, max-age=0, must-revalidate' };
const ERROR = { 'content-type': TYPE };

/** `shared`: by a method whose answers shared caches keep. */
export const ocspResponse = (
  { der, error, cacheable }: OcspAnswer,
  now: number,
  shared: boolean,
): HttpResponse => ({
  status: 200,
  headers: error ? ERROR : shared && cacheable ? forEverybody(cacheable, now) : FOR_ONE,
  body: der,
});
