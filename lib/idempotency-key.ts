/* The rules of idempotency keys, for the service and its clients. The command line imports them as well. */

/** The most characters that an idempotency key may have. */
export const MAX_IDEMPOTENCY_KEY = 255;

/** Visible ASCII characters. */
export const IDEMPOTENCY_KEY = new RegExp(`^[!-~]{1,${MAX_IDEMPOTENCY_KEY}}$`);
