import { type Phrase, phrase } from '../../lib/fault.ts';
import { type Certificate, findExtension, formatName, sameName } from '../../lib/pki/pki.ts';
import { validityAt } from './finding.ts';

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

/** Extensions that can refuse a path and are not processed here, critical or not. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['2.5.29.30', 'nameConstraints'],
  ['2.5.29.36', 'policyConstraints'],
  ['2.5.29.54', 'inhibitAnyPolicy'],
]);

type Against = (rule: string, detail: Phrase) => void;

const checkExtensions = ({ extensions, subject }: Certificate, against: Against): void => {
  const name = formatName(subject);
  for (const extension of extensions) {
    const { id, critical } = extension;
    if (extension.id === 'other') {
      const { oid } = extension;
      const unsupported = UNSUPPORTED.get(oid);
      if (unsupported !== undefined) {
        against('RFC 5280 6.1', phrase`${name} has ${unsupported}, which is not supported here.`);
      } else if (critical) {
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

/**
 * Everything that RFC 5280 6.1 has against the path at that moment, the certificate in question first in the path and
 * the root last. The root is held to its own extensions and validity too, as RFC 5937 3.2 permits.
 */
export const pathProblems = (path: readonly Certificate[], at: number): readonly Problem[] => {
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
  return problems;
};
