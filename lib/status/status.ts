/** Who asks, for the record: a principal's id or `public`; the method by which the question came. */
export interface Caller {
  readonly recipient: string;
  readonly method: string;
}

export interface OcspAnswer {
  /** DER OCSPResponse: always an answer, error statuses included (RFC 6960 2.3). */
  readonly der: Uint8Array;
  /** Only of successful answers without nonce, which a cache may keep. */
  readonly cacheable?: { readonly thisUpdate: Date; readonly nextUpdate: Date };
}

export interface PublishedCrl {
  readonly der: Uint8Array;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface Status {
  /** Never rejects: faults become OCSP error statuses. The record of the answer is durable when it resolves. */
  ocsp(request: Uint8Array, caller: Caller): Promise<OcspAnswer>;
  /** The newest published CRL, recorded as a provision. `partition` is `full`. Faults: `unknown-authority`, `unknown-crl`, `try-later`. */
  crl(ca: string, partition: string, caller: Caller): Promise<PublishedCrl>;
  /** Builds, signs, stores and records a new full CRL now. Faults: `unknown-authority`. */
  publish(ca: string, actor: string): Promise<PublishedCrl>;
}
