import type { CaView } from '../../lib/authority/authority.ts';
import type { Certificate, CrlReason } from '../../lib/pki/pki.ts';
import {
  type Finding,
  type Statement,
  type StatusReport,
  validityAt,
} from '../../lib/status-check/status-check.ts';
import { REASON_TEXTS } from '../console/certificate-reasons.ts';
import { timeText } from '../dates.ts';
import type { Reader } from '../reader.ts';

/** What came of the check of a file. */
export interface Checked {
  readonly report: StatusReport;
  readonly certificate: Certificate;
  /** The CA of this service on which its path rests. */
  readonly ca?: CaView;
  /** Ids of the records of the answers. */
  readonly records: readonly string[];
}

/** A result in the words of who asks: one sentence, and what it means for them. */
export interface Result {
  readonly kind: 'good' | 'unsure' | 'bad';
  readonly text: string;
  readonly advice: readonly string[];
}

const day = (reader: Reader, date: Date): string => timeText(reader, date.getTime());

const reasonText = ({ say }: Reader, reason: CrlReason | undefined): string =>
  say(
    (reason !== undefined && reason in REASON_TEXTS
      ? REASON_TEXTS[reason as keyof typeof REASON_TEXTS]
      : REASON_TEXTS.unspecified
    ).title,
  );

type Revocation = Statement['revocation'];

const revokedResult = (reader: Reader, revocation: Revocation): Result => {
  const { t } = reader;
  return {
    kind: 'bad',
    text: revocation
      ? t`It is revoked since ${day(reader, revocation.time)}. Reason: ${reasonText(reader, revocation.reason)}`
      : t`It is revoked.`,
    advice: [
      t`It is not valid any more, for good. Do not rely on what was signed with it since then; ask its holder for a new one.`,
    ],
  };
};

const holdResult = (reader: Reader, revocation: Revocation): Result => {
  const { t } = reader;
  return {
    kind: 'bad',
    text: revocation ? t`It is on hold since ${day(reader, revocation.time)}.` : t`It is on hold.`,
    advice: [
      t`Do not rely on it now. The hold may be lifted, or the certificate may be revoked; check it again later.`,
    ],
  };
};

const nothingResult = ({ t }: Reader): Result => ({
  kind: 'unsure',
  text: t`Whether it is valid cannot be said now.`,
  advice: [
    t`Do not rely on it until you have an answer. Try again in a few minutes; the details below are for the operator.`,
  ],
});

const unknownResult = ({ t }: Reader): Result => ({
  kind: 'bad',
  text: t`This service does not know it.`,
  advice: [
    t`No certificate with this number was issued by this CA. Do not rely on it, and tell the office that it comes from.`,
  ],
});

/** Numbers are those of one CA: nothing was said about the others. */
const unknownNumber = ({ t }: Reader): Result => ({
  kind: 'unsure',
  text: t`The number was not found at this CA.`,
  advice: [
    t`Other CAs of this service may have it: a number counts only together with the CA that issued the certificate.`,
    t`If none of them has it, do not rely on the certificate, and tell the office that it comes from.`,
  ],
});

/** The path is refused, or there is none. */
const refusedResult = (reader: Reader, { report, certificate }: Checked): Result => {
  const { t } = reader;
  const { end, verdict } = report;
  if (end === 'none')
    return verdict.outcome === 'invalid'
      ? {
          kind: 'bad',
          text: t`It is forged or damaged: it names a CA of this service, which did not sign it.`,
          advice: [t`Do not rely on it, and tell the office that it is said to come from.`],
        }
      : {
          kind: 'unsure',
          text: t`It was not issued by this service.`,
          advice: [t`This page can say nothing about certificates of others; ask who issued it.`],
        };
  const validity = validityAt(certificate, report.at.getTime());
  if (validity === 'expired')
    return {
      kind: 'bad',
      text: t`It has expired: it was valid until ${day(reader, certificate.notAfter)}.`,
      advice: [t`It was issued here. Do not rely on what was signed with it after that time.`],
    };
  if (validity === 'notYetValid')
    return {
      kind: 'bad',
      text: t`It is not valid yet: it will be from ${day(reader, certificate.notBefore)} on.`,
      advice: [t`It was issued here. Check it again after that time.`],
    };
  return {
    kind: 'bad',
    text: t`It is not valid.`,
    advice: [t`It breaks a rule for certificates, which the details below name. Do not rely on it.`],
  };
};

export const fileResult = (reader: Reader, checked: Checked): Result => {
  const { t } = reader;
  const { report, certificate } = checked;
  const { path, end, verdict } = report;
  if (end === 'none') return refusedResult(reader, checked);
  const finding = path[0]?.status?.ocsp.finding;
  const revocation = finding && finding.says !== 'nothing' ? finding.revocation : undefined;
  if (verdict.outcome === 'revoked') return revokedResult(reader, revocation);
  if (verdict.outcome === 'onHold') return holdResult(reader, revocation);
  if (verdict.outcome === 'invalid') return refusedResult(reader, checked);
  if (path.length === 1) return rootResult(reader);
  if (verdict.outcome === 'unknown') return unknownResult(reader);
  if (verdict.outcome !== 'good') return nothingResult(reader);
  return {
    kind: 'good',
    text: t`It is valid.`,
    advice: [
      t`A CA of this service issued it, it is not revoked, and its period runs until ${day(reader, certificate.notAfter)}. Whether it belongs to the person or office in front of you is for you to see: compare the name below.`,
    ],
  };
};

/** Nobody vouches for a CA's own certificate but the paper on which its fingerprint stands. */
const rootResult = ({ t }: Reader): Result => ({
  kind: 'unsure',
  text: t`It is the certificate of a CA of this service.`,
  advice: [t`Compare its fingerprint with the one that your office has printed or published elsewhere.`],
});

export const numberResult = (reader: Reader, finding: Finding): Result => {
  const { t } = reader;
  switch (finding.says) {
    case 'good':
      return {
        kind: 'good',
        text: t`The certificate with this number is not revoked.`,
        advice: [t`It may have expired all the same: its end stands in the certificate.`],
      };
    case 'revoked':
      return revokedResult(reader, finding.revocation);
    case 'hold':
      return holdResult(reader, finding.revocation);
    case 'unknown':
      return unknownNumber(reader);
    case 'nothing':
      return nothingResult(reader);
  }
};
