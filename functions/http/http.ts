/** What a request and an answer are to the entries, whether they came by a socket or as a Lambda event. */
export interface HttpRequest extends HttpHead {
  readonly body: Uint8Array;
}

/** All that comes before the body. */
export interface HttpHead {
  /** Given to the caller as `x-request-id` and to the log. */
  readonly id: string;
  readonly method: string;
  /** Percent-encoded, as it came, without the query. */
  readonly path: string;
  /** Of the route's pattern, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Client;
}

/** A request whose body may still be on its way: what nobody is asked for yet takes no room. */
export interface Unread extends HttpHead {
  readonly body: Uint8Array | (() => Promise<Uint8Array>);
}

export interface Client {
  /** DER of the certificate that the client showed; nothing has been checked but possession of its key. */
  readonly certificate?: Uint8Array;
  /** The peer's IP address. */
  readonly address?: string;
  readonly tls: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** Sent after `body` as it comes, without a length; where it fails the answer breaks off, so that nobody takes it for whole. */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** Key of the published object that holds the same bytes as `body`. */
  readonly object?: string;
}

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

export const mediaType = (contentType: string): string =>
  (contentType.split(';', 1)[0] as string).trim().toLowerCase();
