/**
 * Where a file waits that is too large for an answer, until whoever asked for it has fetched it.
 *
 * A file is there whole or not at all, and by nobody's choice for longer than a day. Nobody gets it but by its address,
 * which holds for `ADDRESS_SECONDS` and cannot be guessed.
 */
export interface HandOver {
  /**
   * Resolves with the address when the file is durable. Memory does not grow with it. Rejects with what `bytes` threw,
   * or with `store-unavailable`; then nothing of the file stays.
   */
  file(bytes: AsyncIterable<Uint8Array>, about: About): Promise<string>;
}

/** Headers that come with the file when it is fetched. */
export interface About {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Long enough to follow a redirect, and to try again once; a download that has begun may take longer. */
export const ADDRESS_SECONDS = 300;
