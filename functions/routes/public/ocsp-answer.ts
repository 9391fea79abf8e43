import { encodeOcspError } from '../../../lib/pki/pki.ts';
import type { OcspAnswer } from '../../../lib/status/status.ts';
import type { HttpResponse } from '../../http/http.ts';
import { recordHeader } from '../../http/record-header.ts';

const TYPE = 'application/ocsp-response';

/**
 * The headers that RFC 9919 6.2 asks a responder to send to caches. `max-age` counts down to the moment at which the
 * service signs a newer answer. A cache that asks again then gets the newer one, and no cache that obeys holds an answer
 * for longer after its signature than the CA's profile allows. `Expires` is nextUpdate, as that section requires;
 * `max-age` overrides it (RFC 9111 5.2.2.1).
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

/** The headers that stay the same for each kept answer. */
const unchanging = new WeakMap<Cacheable, Readonly<Record<'last-modified' | 'expires' | 'etag', string>>>();

/** For a signed answer to one caller: RFC 9919 6.2 forbids `no-store` there, and requires it for errors. */
const FOR_ONE = { 'content-type': TYPE, 'cache-control': 'private, max-age=0, must-revalidate' };

const forOne = (record: string | undefined): Readonly<Record<string, string>> =>
  record === undefined ? FOR_ONE : { ...FOR_ONE, ...recordHeader(record) };

const ERROR = { 'content-type': TYPE };

/** `shared`: shared caches keep answers to requests of this method. */
export const ocspResponse = (
  { der, error, record, cacheable }: OcspAnswer,
  now: number,
  shared: boolean,
): HttpResponse => ({
  status: 200,
  headers: error ? ERROR : shared && cacheable ? forEverybody(cacheable, now) : forOne(record),
  body: der,
});

/**
 * For a question that is not answered now, because its source asks too often, the disk is short of space or the service is
 * busy. RFC 6960 2.3 has tryLater for this. OCSP clients read it, while they take any other HTTP status than 200 for a
 * broken network, and few know Retry-After. RFC 9919 6.2 forbids caches to keep it.
 */
export const tryLater = (): HttpResponse => ({
  status: 200,
  headers: ERROR,
  body: encodeOcspError('tryLater'),
});
