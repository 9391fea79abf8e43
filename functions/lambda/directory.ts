import * as z from 'zod/mini';
import type { Principal } from '../../lib/principal.ts';
import { type IssuerTerms, issuerTermsOf } from '../../lib/status/status.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';

/**
 * The part of a trust domain by which the OCSP function identifies callers. The deployment checks the whole file and
 * writes this part beside the function, which then needs neither the rest of the file nor the code that checks it.
 */
export interface Directory {
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly operators: readonly Principal[];
  /** The CA that issues the principals' certificates. */
  readonly operationsCa: string;
  /** The CAs, with the terms of their answers: a row could say other ones. */
  readonly authorities: readonly IssuerTerms[];
  /** The service's public URLs, where the file has them. */
  readonly addresses?: readonly [string, ...string[]];
}

export const writeDirectory = (
  { operators, operations, authorities, addresses }: TrustDomain,
  trustDomainDigest: string,
): string =>
  JSON.stringify({
    trustDomainDigest,
    operators,
    operationsCa: operations.authority.ca,
    authorities: authorities.map(issuerTermsOf),
    ...(addresses && { addresses }),
  } satisfies Directory);

const Text = z.object({ ja: z.string(), en: z.string() });

const Shape = z.object({
  trustDomainDigest: z.string(),
  operators: z.array(
    z.object({
      id: z.string(),
      role: z.literal('operator'),
      person: z.string(),
      tenant: z.exactOptional(z.string()),
      name: Text,
    }),
  ),
  operationsCa: z.string(),
  authorities: z.array(
    z.object({
      id: z.string(),
      authority: z.string(),
      tenant: z.exactOptional(z.string()),
      generation: z.number(),
      title: Text,
      algorithm: z.string(),
      crl: z.object({ interval: z.number(), nextUpdate: z.number(), onlyContainsUserCerts: z.boolean() }),
      ocsp: z.object({
        algorithms: z.tuple([z.string()], z.string()),
        nextUpdate: z.number(),
        maxAge: z.number(),
        maxCertIds: z.number(),
        neverIssued: z.enum(['unknown', 'revoked']),
        signedRequests: z.enum(['optional', 'required']),
        retentionInterval: z.number(),
        crlReferences: z.boolean(),
      }),
      backdate: z.number(),
      stopped: z.boolean(),
    }),
  ),
  addresses: z.exactOptional(z.tuple([z.string()], z.string())),
});

export const readDirectory = (text: string): Directory => Shape.parse(JSON.parse(text));
