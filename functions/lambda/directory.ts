import * as z from 'zod/mini';
import { type Principal, ROLES } from '../../lib/principal.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';

/**
 * The part of a trust domain by which the OCSP function identifies callers. The deployment checks the whole file and
 * writes this part beside the function, which then needs neither the rest of the file nor the code that checks it.
 */
export interface Directory {
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly principals: readonly Principal[];
  /** The CA that issues the principals' certificates. */
  readonly operationsCa: string;
}

export const writeDirectory = ({ principals, operations }: TrustDomain, trustDomainDigest: string): string =>
  JSON.stringify({
    trustDomainDigest,
    principals,
    operationsCa: operations.authority.ca,
  } satisfies Directory);

const Text = z.object({ ja: z.string(), en: z.string() });

const Shape = z.object({
  trustDomainDigest: z.string(),
  principals: z.array(
    z.object({
      id: z.string(),
      role: z.enum(ROLES),
      person: z.string(),
      office: z.exactOptional(z.string()),
      name: Text,
      purposes: z.exactOptional(z.array(z.object({ id: z.string(), title: Text, legalBasis: z.string() }))),
    }),
  ),
  operationsCa: z.string(),
});

export const readDirectory = (text: string): Directory => Shape.parse(JSON.parse(text));
