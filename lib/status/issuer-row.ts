// zod/mini, because the OCSP functions load it when they start: see lib/env.ts.
import * as z from 'zod/mini';
import type { Value } from '../store/store.ts';

/**
 * The directory of our CAs, as status needs them: their certificates, their URLs, and the terms of their CRLs and OCSP
 * answers. The ceremony writes it. Processes keep it for a minute.
 *
 *   issuers  {ca}  IssuerRow
 */
export type IssuerRow = {
  readonly authority: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  /** The algorithm's name, for people. */
  readonly algorithm: string;
  /** base64 of the DER certificate. */
  readonly certificate: string;
  /** base64 of the DER AlgorithmIdentifier with which this CA's key signs. */
  readonly signatureAlgorithm: string;
  readonly urls: { readonly certificate: string; readonly crl: readonly string[]; readonly ocsp: string };
  readonly crl: {
    /** Seconds between publications, and of validity (nextUpdate - thisUpdate). */
    readonly interval: number;
    readonly nextUpdate: number;
    readonly onlyContainsUserCerts: boolean;
  };
  /** As in the trust domain; lengths of time in seconds. */
  readonly ocsp: {
    /** Names of the algorithms of the CA's responders; the first one answers by default. */
    readonly algorithms: readonly [string, ...string[]];
    readonly nextUpdate: number;
    readonly maxAge: number;
    readonly maxCertIds: number;
    readonly neverIssued: 'unknown' | 'revoked';
    readonly signedRequests: 'optional' | 'required';
    readonly retentionInterval: number;
    readonly crlReferences: boolean;
  };
};

const seconds = z.number();

const SHAPE: z.ZodMiniType<IssuerRow> = z.object({
  authority: z.string(),
  generation: z.number(),
  title: z.object({ ja: z.string(), en: z.string() }),
  algorithm: z.string(),
  certificate: z.string(),
  signatureAlgorithm: z.string(),
  urls: z.object({ certificate: z.string(), crl: z.array(z.string()), ocsp: z.string() }),
  crl: z.object({ interval: seconds, nextUpdate: seconds, onlyContainsUserCerts: z.boolean() }),
  ocsp: z.object({
    algorithms: z.tuple([z.string()], z.string()),
    nextUpdate: seconds,
    maxAge: seconds,
    maxCertIds: z.number(),
    neverIssued: z.enum(['unknown', 'revoked']),
    signedRequests: z.enum(['optional', 'required']),
    retentionInterval: seconds,
    crlReferences: z.boolean(),
  }),
});

/** The row, if its shape is right; undefined where something in it is missing or of another type. */
export const wholeIssuerRow = (value: Value): IssuerRow | undefined => SHAPE.safeParse(value).data;
