import { Fault, type Phrase, phrase } from '../fault.ts';
import { type Certificate, findExtension, formatName, OID, sameName } from '../pki/pki.ts';
import { validityAt } from './finding.ts';
import { nameProblem } from './name-constraints.ts';
import { type PolicyDemand, policyProblem } from './path-policies.ts';

/** What RFC 5280 6.1 has against a path, apart from signatures and names (path.ts) and revocation (check.ts). */
export interface Problem {
  /** The certificate's place in the path; 0 is the certificate in question. */
  readonly index: number;
  readonly rule: string;
  readonly detail: Phrase;
}

/** Critical extensions that are processed here, or that restrict nothing of a path. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'basicConstraints',
  'keyUsage',
  'extKeyUsage',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'certificatePolicies',
  'subjectAltName',
  'issuerAltName',
  'cRLDistributionPoints',
  'freshestCRL',
  'authorityInfoAccess',
  'ocspNoCheck',
]);

/** Further ones, which are processed where they stand in CAs (name-constraints.ts, path-policies.ts). */
const PROCESSED: ReadonlySet<string> = new Set([
  OID.nameConstraints,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
]);

type Against = (rule: string, detail: Phrase) => void;

const checkExtensions = ({ extensions, subject }: Certificate, against: Against): void => {
  const name = formatName(subject);
  for (const extension of extensions) {
    const { id, critical } = extension;
    if (extension.id === 'other') {
      const { oid } = extension;
      if (critical && !PROCESSED.has(oid)) {
        against(
          'RFC 5280 6.1.4 (o), 6.1.5 (f)',
          phrase`${name} has the critical extension ${oid}, which is not understood.`,
        );
      }
    } else if (critical && !UNDERSTOOD.has(id)) {
      against(
        'RFC 5280 6.1.4 (o), 6.1.5 (f)',
        phrase`${name} has the critical extension ${id}, which does not belong there.`,
      );
    }
  }
};

const checkValidity = (certificate: Certificate, at: number, against: Against): void => {
  const validity = validityAt(certificate, at);
  const name = formatName(certificate.subject);
  const rule = 'RFC 5280 6.1.3 (a) (2)';
  if (validity === 'expired') against(rule, phrase`${name} has expired.`);
  if (validity === 'notYetValid') against(rule, phrase`${name} is not valid yet.`);
};

/** RFC 5280 6.1.4 (k) and (n): the certificate is one of a CA. */
const checkCa = ({ extensions, subject }: Certificate, against: Against): void => {
  const name = formatName(subject);
  if (findExtension(extensions, 'basicConstraints')?.cA !== true) {
    against('RFC 5280 6.1.4 (k)', phrase`${name} is not the certificate of a CA.`);
  }
  if (findExtension(extensions, 'keyUsage')?.usages.includes('keyCertSign') === false) {
    against('RFC 5280 6.1.4 (n)', phrase`${name} may not sign certificates.`);
  }
};

const isSelfIssued = ({ issuer, subject }: Certificate): boolean => sameName(issuer, subject);

/** RFC 5280 6.1.4 (l) and (m), from the root down. */
const checkLengths = (path: readonly Certificate[], againstAt: (index: number) => Against): void => {
  let left = Number.POSITIVE_INFINITY;
  for (let index = path.length - 1; index > 0; index--) {
    const certificate = path[index] as Certificate;
    const isRoot = index === path.length - 1;
    if (!isRoot && !isSelfIssued(certificate)) {
      if (left === 0) {
        againstAt(index)(
          'RFC 5280 6.1.4 (l)',
          phrase`${formatName(certificate.subject)} makes the path longer than a pathLenConstraint above it allows.`,
        );
        return;
      }
      left--;
    }
    const { pathLenConstraint } = findExtension(certificate.extensions, 'basicConstraints') ?? {};
    if (pathLenConstraint !== undefined) left = Math.min(left, pathLenConstraint);
  }
};

/** Name constraints and policies. An extension of theirs that cannot be read refuses the path. */
const checkConstraints = (
  path: readonly Certificate[],
  demand: PolicyDemand,
  againstAt: (index: number) => Against,
): void => {
  try {
    const named = nameProblem(path);
    if (named) againstAt(named.index)('RFC 5280 6.1.3 (b), (c)', named.detail);
    const policy = policyProblem(path, demand);
    if (policy !== undefined) {
      againstAt(0)(
        policy,
        phrase`The path has no policy that it needs to have, or maps policies in a way that is not allowed.`,
      );
    }
  } catch (error) {
    if (!Fault.is(error)) throw error;
    againstAt(0)('RFC 5280 6.1.4 (o)', phrase`A constraint in the path cannot be read. ${error.phrase}`);
  }
};

/**
 * Everything that RFC 5280 6.1 has against the path at that moment, the certificate in question first in the path and
 * the root last. The root is held to its validity and to its constraints on paths and names too, as RFC 5937 3.2 permits.
 */
export const pathProblems = (
  path: readonly Certificate[],
  at: number,
  demand: PolicyDemand = {},
): readonly Problem[] => {
  const problems: Problem[] = [];
  const againstAt =
    (index: number): Against =>
    (rule, detail) => {
      problems.push({ index, rule, detail });
    };
  for (const [index, certificate] of path.entries()) {
    const against = againstAt(index);
    checkValidity(certificate, at, against);
    checkExtensions(certificate, against);
    if (index > 0) checkCa(certificate, against);
  }
  checkLengths(path, againstAt);
  checkConstraints(path, demand, againstAt);
  return problems;
};
