import { Fault } from '../../lib/fault.ts';
import type { HttpHead } from './http.ts';

/** A page of the service itself, or a person by the address bar (W3C Fetch Metadata 2.4). */
const OWN_SITE: ReadonlySet<string> = new Set(['same-origin', 'none']);

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/**
 * Refuses to take the credentials of a request that a page of another origin made. A browser shows the client certificate of
 * its user whichever page asks, so that any page could act in that person's name, or leave records of what that person
 * looked at: by an image, and by a link or a window too. Browsers say in these two headers where a request comes from, and no
 * page can change them. Programs send neither, and are taken.
 *
 * `same-site` is refused as well: pages of sibling hosts belong to other systems, which no operator here answers for.
 * The service's own origin is the scheme and the host that the request came to. A client certificate reaches no further
 * than the TLS connection, so no proxy stands between that has taken the request for another host. Fault: `foreign-origin`.
 */
export const assertOwnOrigin = ({ headers, client }: HttpHead): void => {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const isOwn = origin === undefined || isSame(origin, `${client.tls ? 'https' : 'http'}://${host}`);
  if (isOwn && (site === undefined || OWN_SITE.has(site))) return;
  throw new Fault(
    'foreign-origin',
    'This request was made by a page of another origin; nothing was done. Use akashi, a page of this service, or the address bar.',
  );
};

/** Compared without default ports. The origin `null` of a page without an origin is nobody's. */
const isSame = (origin: string, own: string): boolean =>
  origin !== 'null' && originOf(origin) !== undefined && originOf(origin) === originOf(own);
