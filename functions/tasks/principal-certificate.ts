import type { Core } from '../../lib/app.ts';
import { Fault } from '../../lib/fault.ts';
import { readRequestedKey } from '../../lib/keys/keys.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';

/** A request to certify a principal's own key, which is made where it is used and never seen here. */
export interface CredentialRequest {
  readonly principal: string;
  /** PKCS#10 in PEM. */
  readonly csr: string;
}

/** The principal and the key to certify. Only the key is taken from a CSR, whose signature proves its possession. */
export interface Applicant {
  readonly principal: string;
  readonly name: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly publicKeyDigest: string;
  readonly keyIdentity: string;
}

/**
 * Faults: `invalid-input` for an operator whom the trust domain does not name, `malformed-csr` and its kin,
 * `proof-of-possession-failed`, `weak-key`, `key-algorithm-not-allowed`.
 */
export const readApplicant = async (
  { operators, operations }: TrustDomain,
  { principal: id, csr }: CredentialRequest,
): Promise<Applicant> => {
  const principal = operators.find((one) => one.id === id);
  if (principal === undefined) {
    throw new Fault('invalid-input', 'The trust domain names no operator of that id.', { principal: id });
  }
  return { principal: id, name: principal.name.ja, ...(await keyOf(operations, csr)) };
};

/** An operator whom the two persons of the ceremony enrol, because no two operators are left. */
export interface OperatorRequest extends CredentialRequest {
  /** The human behind the id; the id itself where it is absent. */
  readonly person?: string | undefined;
}

export type NewOperator = Omit<Applicant, 'name'> & { readonly person: string };

/** Faults: `invalid-input` for an operator of the file, and those of the request as in `readApplicant`. */
export const readOperator = async (
  { operators, operations }: TrustDomain,
  { principal, csr, person = principal }: OperatorRequest,
): Promise<NewOperator> => {
  if (operators.some(({ id }) => id === principal))
    throw new Fault(
      'invalid-input',
      'The trust domain names an operator of that id; enrol the operator under an id that nobody has had.',
      { principal },
    );
  return { principal, person, ...(await keyOf(operations, csr)) };
};

const keyOf = async ({ principal }: TrustDomain['operations'], csr: string) => {
  const { request, digest, identity } = await readRequestedKey(csr, principal.publicKeys);
  return {
    subjectPublicKeyInfo: request.subjectPublicKeyInfo,
    publicKeyDigest: digest,
    keyIdentity: identity,
  };
};

/** The order by which a principal's key is certified. */
export const orderOf = ({
  principal,
  publicKeyDigest,
}: Pick<Applicant, 'principal' | 'publicKeyDigest'>): string =>
  `principal:${principal}:${publicKeyDigest.slice(0, 16)}`;

/**
 * Issues the certificate by which a principal is identified, from the operations CA. The issuance names the actor of
 * the ceremony and rests on the records of its acts (`basis`). Resolves with the certificate and its CA's, in PEM. The
 * same key again gives the same certificate. Fault: `duplicate-key` for another principal's key.
 */
export const certifyApplicant = async (
  core: Core,
  { operations, ceremony }: TrustDomain,
  applicant: Applicant,
  basis: readonly string[],
  actor = ceremony.persons.join('+'),
): Promise<string> => {
  const profile = operations.principal;
  const ref = await core.authority.issue({
    order: orderOf(applicant),
    profile: profile.id,
    fields: { principal: applicant.principal, name: applicant.name },
    subjectPublicKeyInfo: applicant.subjectPublicKeyInfo,
    actor,
    basis,
  });
  return core.authority.chainPem(ref);
};
