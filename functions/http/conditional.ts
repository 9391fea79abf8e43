import type { HttpRequest, HttpResponse } from './http.ts';

/** For the OpenAPI document: the header of an answer that has versions, which says that 304 is answered too. */
export const versioned = { etag: 'Names the version of the content, for If-None-Match.' } as const;

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/**
 * The 304 answer if the client's copy is current by its tag, compared weakly (RFC 9110 13.1.2), else undefined. A date
 * (13.1.3) never decides: a resource here may change twice within a second, and then one date stands for two versions
 * (RFC 9110 8.8.2.2).
 */
export const notModified = (request: HttpRequest, response: HttpResponse): HttpResponse | undefined => {
  if (response.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const { etag } = response.headers;
  const ifNoneMatch = request.headers['if-none-match'];
  const current =
    etag !== undefined &&
    ifNoneMatch !== undefined &&
    (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag)));
  if (!current) return undefined;
  const { 'content-type': _type, ...headers } = response.headers;
  return { status: 304, headers, body: '' };
};
