/**
 * The AWS room's door: settings and errors of the SDK, and the small client that the OCSP function uses instead of it.
 */
