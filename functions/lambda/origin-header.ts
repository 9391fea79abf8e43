/** The header in which the CDN shows its secret. The CDN overwrites it if a client sends it. */
export const ORIGIN_SECRET = 'akashi-origin-secret';
