/** A request, whether it came by a socket or as a Lambda event. */
export interface HttpRequest extends HttpHead {
  readonly body: Uint8Array;
}

/** The part of a request before the body. */
export interface HttpHead {
  /** The caller gets it as `x-request-id`; the log has it too. */
  readonly id: string;
  readonly method: string;
  /** As it came: percent-encoded, without the query. */
  readonly path: string;
  /** The parameters of the route's path, still percent-encoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Client;
  /** Of HTTP, where the service speaks it itself. */
  readonly version?: string;
}

/** A request whose body may still be arriving. It is read after the caller is checked, so strangers take no memory. */
export interface Unread extends HttpHead {
  readonly body: Uint8Array | (() => Promise<Uint8Array>);
}

export interface Client {
  /** DER of the client certificate. Only possession of its key has been verified. */
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
  /** Sent after `body`, piece by piece, without a length. If it fails, the answer breaks off and is visibly incomplete. */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** The stream goes on until the client has had enough. On one machine a stop of the service ends it. */
  readonly openEnded?: true;
  /** The key of the published object with the same bytes as `body`. */
  readonly object?: string;
  /** What a page says has failed. The stack logs it where the service itself did, and passes it on to nobody. */
  readonly failure?: unknown;
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
