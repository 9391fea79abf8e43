import type { HttpRequest, HttpResponse } from './http.ts';

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/**
 * The 304 answer where the client's copy is the current one (RFC 9110 13.1.2, 13.1.3, 13.2.2), else undefined.
 * `If-None-Match` is compared weakly and, where present, decides alone. A date decides only of what does not change
 * twice within a second (RFC 9110 8.8.2.2).
 */
export const notModified = (request: HttpRequest, response: HttpResponse): HttpResponse | undefined => {
  if (response.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const { etag, 'last-modified': lastModified } = response.headers;
  const ifNoneMatch = request.headers['if-none-match'];
  const ifModifiedSince = request.headers['if-modified-since'];
  const current =
    ifNoneMatch !== undefined
      ? etag !== undefined &&
        (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag)))
      : !response.tagOnly &&
        lastModified !== undefined &&
        ifModifiedSince !== undefined &&
        Date.parse(ifModifiedSince) >= Date.parse(lastModified);
  if (!current) return undefined;
  const { 'content-type': _type, ...headers } = response.headers;
  return { status: 304, headers, body: '' };
};
