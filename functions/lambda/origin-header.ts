/** The header in which the CDN says which host it was asked at. It counts only beside the secret. */
export const ORIGIN_HOST = 'akashi-origin-host';
/** The header in which the CDN shows its secret. The CDN overwrites it if a client sends it. */
export const ORIGIN_SECRET = 'akashi-origin-secret';
