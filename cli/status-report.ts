import { hash } from 'node:crypto';
import { type Fault, type Phrase, phrase } from '../lib/fault.ts';
import { type Say, said } from '../lib/messages/messages.ts';
import { type Certificate, formatName, rfc3339 } from '../lib/pki/pki.ts';
import type {
  CertificateStatus,
  CrlFinding,
  Finding,
  OcspSource,
  Outcome,
  PathEntry,
  Silence,
  Statement,
  StatusReport,
} from '../lib/status-check/status-check.ts';
import { details } from './output.ts';

const RESULT: Readonly<Record<Outcome, Phrase>> = {
  good: phrase`good`,
  untrusted: phrase`NOT TRUSTED`,
  revoked: phrase`REVOKED`,
  onHold: phrase`ON HOLD`,
  invalid: phrase`NOT VALID`,
  unknown: phrase`UNKNOWN`,
  inDoubt: phrase`IN DOUBT`,
  unreachable: phrase`NOT REACHABLE`,
};

const TRUST: Readonly<Record<StatusReport['end'], Phrase>> = {
  root: phrase`a root that you gave`,
  selfSigned: phrase`nothing: the path ends with a self-signed certificate that was not compared with one that you trust; --root does that`,
  noIssuer: phrase`nothing: the path ends with a certificate whose issuer is not named, and which was not compared with one that you trust; --root does that`,
  none: phrase`nothing: there is no path`,
};

const SILENT: Readonly<Record<Silence['why'], Phrase>> = {
  absent: phrase`none`,
  unreachable: phrase`unreachable`,
  unavailable: phrase`unavailable`,
  unusable: phrase`unusable`,
};

type Words = Readonly<Record<Statement['says'], Phrase>>;

const BY_OCSP: Words = {
  good: phrase`good`,
  revoked: phrase`revoked`,
  hold: phrase`on hold`,
  unknown: phrase`unknown`,
};
const BY_CRL: Words = { ...BY_OCSP, good: phrase`not listed` };

type Line = readonly [string, string | undefined];

const statementText = ({ says, revocation }: Statement, words: Words): Phrase => {
  if (!revocation) return words[says];
  const { time, reason = 'unspecified', invalidityDate } = revocation;
  return invalidityDate
    ? phrase`${words[says]} since ${rfc3339(time)}, ${reason}, invalid since ${rfc3339(invalidityDate)}`
    : phrase`${words[says]} since ${rfc3339(time)}, ${reason}`;
};

const findingText = (finding: Finding, words: Words, say: Say): string =>
  finding.says === 'nothing'
    ? `${say(SILENT[finding.why])}: ${say(finding.detail)} (${finding.rule})`
    : say(statementText(finding, words));

/** A span of time; its end may be open. */
const span = (from: Date, to?: Date): Phrase =>
  to ? phrase`${rfc3339(from)} to ${rfc3339(to)}` : phrase`from ${rfc3339(from)}`;

const windowLines = (finding: Finding, say: Say): readonly Line[] =>
  finding.says === 'nothing'
    ? []
    : [
        [`  ${say(phrase`current`)}`, say(span(finding.thisUpdate, finding.nextUpdate))],
        [
          `  ${say(phrase`signed by`)}`,
          typeof finding.signer === 'string' ? finding.signer : say(finding.signer),
        ],
        [`  ${say(phrase`number`)}`, finding.number],
      ];

const evidenceLines = (
  { from, sha256 }: { readonly from?: string; readonly sha256?: string },
  say: Say,
): readonly Line[] => [
  [`  ${say(phrase`from`)}`, from],
  ['  SHA-256', sha256],
];

const ocspLines = (ocsp: OcspSource, say: Say): readonly Line[] => [
  ['OCSP', findingText(ocsp.finding, BY_OCSP, say)],
  ...windowLines(ocsp.finding, say),
  ...evidenceLines(ocsp, say),
];

const crlLines = ({ finding, by, aside }: CrlFinding, say: Say): readonly Line[] => [
  ['CRL', findingText(finding, BY_CRL, say)],
  ...windowLines(finding, say),
  ...by.flatMap((crl) => evidenceLines(crl, say)),
  ...aside.flatMap(({ finding: why, ...crl }): readonly Line[] => [
    // The one that the finding is about is not named twice.
    ...(why === finding ? [] : [[`  ${say(phrase`left out`)}`, findingText(why, BY_CRL, say)] as const]),
    ...evidenceLines(crl, say),
  ]),
];

const statusLines = ({ ocsp, crl }: CertificateStatus, say: Say): readonly Line[] => [
  ...ocspLines(ocsp, say),
  ...crlLines(crl, say),
];

const sha256 = ({ der }: Certificate): string => hash('sha256', der);

const entryLines = (
  { certificate, from, status, problems }: PathEntry,
  index: number,
  say: Say,
): readonly Line[] => [
  [say(index === 0 ? phrase`certificate` : phrase`issuer`), formatName(certificate.subject)],
  [`  ${say(phrase`serial`)}`, certificate.serialNumber],
  [`  ${say(phrase`valid`)}`, say(span(certificate.notBefore, certificate.notAfter))],
  ...(index === 0
    ? []
    : evidenceLines({ from: typeof from === 'string' ? from : say(from), sha256: sha256(certificate) }, say)),
  ...problems.map(({ rule, detail }): Line => [`  ${say(phrase`refused`)}`, `${say(detail)} (${rule})`]),
  ...(status ? statusLines(status, say) : []),
];

/** Certificates of the caller's files that were left out: how many, and why the first. */
const unreadLines = ([first, ...others]: readonly Fault[], say: Say): readonly Line[] => {
  if (!first) return [];
  const text = phrase`Certificates in the files that cannot be read: ${1 + others.length}. ${first.phrase}`;
  return [[say(phrase`left out`), say(text)]];
};

/** For people: every certificate of the path with its sources, the one in question first, and the result last. */
export const statusText = (
  { at, path, end, verdict }: StatusReport,
  unread: readonly Fault[],
  say: Say,
): string =>
  details(say, [
    ...path.flatMap((entry, index) => entryLines(entry, index, say)),
    ...unreadLines(unread, say),
    [say(phrase`trust`), say(TRUST[end])],
    [say(phrase`judged at`), rfc3339(at)],
    [say(phrase`rule`), verdict.rule],
    [say(phrase`result`), `${say(RESULT[verdict.outcome])}: ${say(verdict.because)}`],
  ]);

const crlJson = ({ finding, by, aside }: CrlFinding): object => ({
  ...finding,
  // A CRL that does not list the certificate says less than `good`.
  ...(finding.says === 'good' ? { says: 'notListed' } : {}),
  ...(by[0] ? { from: by[0].from, sha256: by[0].sha256 } : {}),
  by: by.map(({ from, sha256: digest }) => ({ from, sha256: digest })),
  leftOut: aside.map(({ from, sha256: digest, finding: { rule, detail } }) => ({
    from,
    ...(digest !== undefined && { sha256: digest }),
    rule,
    detail,
  })),
});

const ocspJson = ({ finding, from, sha256: digest }: OcspSource): object => ({
  ...finding,
  ...(from !== undefined && { from }),
  ...(digest !== undefined && { sha256: digest }),
});

const statusOf = ({ status }: PathEntry): object =>
  status
    ? {
        result: status.verdict.outcome,
        because: status.verdict.because,
        rule: status.verdict.rule,
        ocsp: ocspJson(status.ocsp),
        crl: crlJson(status.crl),
      }
    : {};

const certificateJson = ({ certificate }: PathEntry): object => ({
  subject: formatName(certificate.subject),
  serial: certificate.serialNumber,
  notBefore: certificate.notBefore,
  notAfter: certificate.notAfter,
  sha256: sha256(certificate),
});

const entryJson = (entry: PathEntry): object => ({
  ...certificateJson(entry),
  ...(entry.from === '' ? {} : { from: entry.from }),
  refused: entry.problems.map(({ rule, detail }) => ({ rule, detail })),
  ...statusOf(entry),
});

/** For machines; dates become RFC 3339. `rule` is the clause that decided, for the whole and for each part. */
export const statusJson = (
  { at, path, end, verdict }: StatusReport,
  unread: readonly Fault[],
  say: Say,
): unknown =>
  said(
    {
      result: verdict.outcome,
      because: verdict.because,
      rule: verdict.rule,
      at,
      trust: end,
      path: path.map(entryJson),
      leftOut: unread.map((fault) => ({ detail: fault.phrase })),
    },
    say,
  );
