/* What a client and the service must agree on about idempotency keys. The command line imports it as well. */

/** The most characters that an idempotency key may have. */
export const MAX_IDEMPOTENCY_KEY = 255;

/** Visible ASCII characters. */
export const IDEMPOTENCY_KEY = new RegExp(`^[!-~]{1,${MAX_IDEMPOTENCY_KEY}}$`);
