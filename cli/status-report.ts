import { hash } from 'node:crypto';
import { formatName, rfc3339 } from '../lib/pki/pki.ts';
import { details } from './output.ts';
import type { Source, StatusReport } from './status-check/check.ts';
import type { Finding, Statement } from './status-check/finding.ts';
import type { Verdict } from './status-check/verdict.ts';

const RESULT: Readonly<Record<Verdict['outcome'], string>> = {
  good: 'good',
  revoked: 'REVOKED',
  onHold: 'ON HOLD',
  unknown: 'UNKNOWN',
  inDoubt: 'IN DOUBT',
  unreachable: 'NOT REACHABLE',
};

const revocationText = ({ revocation }: Statement): string =>
  revocation
    ? ` since ${rfc3339(revocation.time)}, ${revocation.reason ?? 'unspecified'}${
        revocation.invalidityDate ? `, invalid since ${rfc3339(revocation.invalidityDate)}` : ''
      }`
    : '';

const findingText = (finding: Finding, words: Readonly<Record<Statement['says'], string>>): string =>
  finding.says === 'nothing'
    ? `${finding.why === 'absent' ? 'none' : finding.why}: ${finding.detail}`
    : `${words[finding.says]}${revocationText(finding)}`;

const sourceLines = (
  name: string,
  { finding, from, sha256 }: Source,
  words: Readonly<Record<Statement['says'], string>>,
): readonly (readonly [string, string | undefined])[] => [
  [name, findingText(finding, words)],
  ...(finding.says === 'nothing'
    ? []
    : ([
        [
          '  holds',
          `${rfc3339(finding.thisUpdate)}${finding.nextUpdate ? ` to ${rfc3339(finding.nextUpdate)}` : ''}`,
        ],
        ['  signed by', finding.signer],
        ['  number', finding.number],
      ] as const)),
  ['  from', from],
  ['  SHA-256', sha256],
];

export const statusText = (report: StatusReport): string => {
  const { certificate, issuer, from, ocsp, crl, verdict } = report;
  const anchored = from === '--issuer' ? '' : '; not compared with one that you trust, which --issuer does';
  return details([
    ['certificate', formatName(certificate.subject)],
    ['  serial', certificate.serialNumber],
    ['  valid', `${rfc3339(certificate.notBefore)} to ${rfc3339(certificate.notAfter)}`],
    ['issuer', formatName(issuer.subject)],
    ['  from', `${from}${anchored}`],
    ['  SHA-256', hash('sha256', issuer.der)],
    ...sourceLines('OCSP', ocsp, { good: 'good', revoked: 'revoked', hold: 'on hold', unknown: 'unknown' }),
    ...sourceLines('CRL', crl, { good: 'not listed', revoked: 'revoked', hold: 'on hold', unknown: '' }),
    ['result', `${RESULT[verdict.outcome]}: ${verdict.because}`],
  ]);
};

const sourceJson = ({ finding, ...evidence }: Source): object => ({ ...finding, ...evidence });

/** For machines; dates become RFC 3339. */
export const statusJson = ({ certificate, issuer, from, ocsp, crl, verdict }: StatusReport): object => ({
  result: verdict.outcome,
  because: verdict.because,
  certificate: {
    subject: formatName(certificate.subject),
    serial: certificate.serialNumber,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    sha256: hash('sha256', certificate.der),
  },
  issuer: { subject: formatName(issuer.subject), sha256: hash('sha256', issuer.der), from },
  ocsp: sourceJson(ocsp),
  // A CRL that does not list the certificate says less than `good`.
  crl: { ...sourceJson(crl), ...(crl.finding.says === 'good' ? { says: 'notListed' } : {}) },
});
