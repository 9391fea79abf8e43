import type { AuthorityDefinition } from '../trust-domain/trust-domain.ts';

/** A CA as the trust domain has it, and as JSON carries it to a function that reads no trust domain. */
export interface IssuerTerms {
  /** One per generation: `organisation-1`. */
  readonly id: string;
  readonly authority: string;
  /** The tenant whose offices it serves; absent where it serves those of all tenants. */
  readonly tenant?: string;
  readonly generation: number;
  readonly title: AuthorityDefinition['title'];
  /** The algorithm's name, for people. */
  readonly algorithm: string;
  readonly crl: AuthorityDefinition['crl'];
  readonly ocsp: Omit<AuthorityDefinition['ocsp'], 'algorithm' | 'furtherAlgorithms' | 'validity'> & {
    /** Names of the algorithms of the CA's responders; the first one answers by default. */
    readonly algorithms: readonly [string, ...string[]];
  };
  readonly backdate: AuthorityDefinition['backdate'];
  /** The CA's key signs nothing any more but one last CRL. */
  readonly stopped: boolean;
}

const CA_ID = /^(.+)-([1-9]\d?)$/;

/** The terms of a CA, or of an earlier generation of it; undefined where the trust domain does not have it. */
export const findTerms = (all: readonly IssuerTerms[], ca: string): IssuerTerms | undefined => {
  const [, authority, generation] = CA_ID.exec(ca) ?? [];
  const terms = all.find((one) => one.authority === authority && one.generation >= Number(generation));
  return terms && { ...terms, id: ca, generation: Number(generation) };
};

export const issuerTermsOf = (definition: AuthorityDefinition): IssuerTerms => {
  const { ca, id, tenant, generation, title, algorithm, crl, ocsp, backdate, stopped } = definition;
  const { algorithm: byDefault, furtherAlgorithms, validity: _, ...terms } = ocsp;
  return {
    id: ca,
    authority: id,
    ...(tenant !== undefined && { tenant }),
    generation,
    title,
    algorithm,
    crl,
    ocsp: { ...terms, algorithms: [byDefault, ...furtherAlgorithms] },
    backdate,
    stopped,
  };
};
