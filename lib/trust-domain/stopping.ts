import { phrase } from '../fault.ts';
import type { TrustDomain } from './contract.ts';
import { type Issue, issue } from './draft.ts';

/** The revocation of the CA's own certificate for a compromise, by the acts; undefined where there is none. */
export type CompromiseOf = (ca: string) => Promise<unknown>;

/**
 * Why the keys that the next file stops may not be stopped. The last CRL of a stopped CA has to list all its certificates, so
 * the CA's own certificate was revoked for a compromise before.
 */
export const stopIssues = async (
  {
    trustDomain: before,
    compromiseOf,
  }: { readonly trustDomain: TrustDomain; readonly compromiseOf: CompromiseOf },
  after: TrustDomain,
): Promise<readonly Issue[]> => {
  const issues: Issue[] = [];
  for (const [index, { id, ca, stopped }] of after.authorities.entries()) {
    const was = before.authorities.find((one) => one.id === id);
    if (!stopped || !was || was.stopped || (await compromiseOf(ca))) continue;
    const why = phrase`The CA's own certificate is not revoked for a compromise; revoke it first.`;
    issues.push(issue(`authorities.${index}.stopped`, why));
  }
  return issues;
};
