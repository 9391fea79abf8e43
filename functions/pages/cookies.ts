/** The language that a reader has chosen on a page. */
export const LANGUAGE = '__Host-akashi-language';

/** How a Japanese reader has chosen to read years. */
export const YEARS = '__Host-akashi-years';

/** Cookies by which a page is chosen. A CDN passes on no other. */
export const CHOSEN_ON_PAGES = [LANGUAGE, YEARS] as const;

/** The value of a cookie in a Cookie header (RFC 6265 4.2.1); the first, where a name stands there twice. */
export const cookieIn = (header: string | undefined, name: string): string | undefined => {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
};

/**
 * A cookie that only this host gets, by secure connections, for pages that this service itself has opened, and that no script can
 * read (RFC 6265bis 4.1.3.2). Without `seconds` it goes with the browser's own session; with 0 it is deleted.
 */
export const cookie = (name: string, value: string, seconds?: number): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict${seconds === undefined ? '' : `; Max-Age=${seconds}`}`;
