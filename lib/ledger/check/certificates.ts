import type { LedgerRecord } from '../record.ts';
import type { Report } from './damage.ts';
import type { Learner } from './learner.ts';

/** A serial number as the service lists it: its status register, and its rows of certificates. */
export interface ListedSerial {
  readonly serial: string;
  readonly state?: string | undefined;
  /** RFC 3339. */
  readonly notAfter?: string | undefined;
  /** Absent without a row of a certificate. */
  readonly order?: string | undefined;
  readonly tbsDigest?: string | undefined;
}

/** What a CRL that the service serves lists. */
export interface ListedRevocations {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly thisUpdate: Date;
  readonly serials: readonly string[];
}

/** What the records say of one certificate. */
interface Facts {
  issuance?: {
    readonly record: string;
    readonly tbsDigest: unknown;
    /** Milliseconds since the epoch. */
    readonly notAfter: number;
    readonly newer: boolean;
  };
  /** Of the first revocation or hold. */
  since?: number;
  revoked?: true;
  holds: number;
  releases: number;
  /** Something was done with it of which the checkpoint knows nothing yet. */
  moving?: true;
  /** A record that speaks of it as of an issued one. */
  named?: string;
  listed?: true;
}

/** Clocks of several processes differ by less than this. */
const SKEW_MS = 10_000;

const none = (): Facts => ({ holds: 0, releases: 0 });

/**
 * Holds what the service knows of certificates against the records: the list of all serial numbers, the CRLs that it
 * serves, and of which certificates it has said something. In this order: all records are learned, then the lists are
 * read, then what was recorded meanwhile is learned, and then judged.
 */
export interface CertificateCheck extends Learner {
  list(ca: string, listed: ListedSerial): void;
  /** The CRLs of one CA which it served before the records were read; together they list all that it revoked. */
  serve(ca: string, crls: readonly ListedRevocations[]): void;
  judge(): void;
}

export const openCertificateCheck = ({
  report,
  retention,
  now,
}: {
  readonly report: Report;
  /** Milliseconds after the end of a certificate for which its issuance is kept on record. */
  readonly retention: number;
  readonly now: number;
}): CertificateCheck => {
  const known = new Map<string, Facts>();
  /** What does not fit what was known when it was listed. */
  const doubted: { readonly certificate: string; readonly listed: ListedSerial }[] = [];
  const served: { readonly ca: string; readonly crls: readonly ListedRevocations[] }[] = [];

  const of = (certificate: string): Facts => {
    const facts = known.get(certificate) ?? none();
    known.set(certificate, facts);
    return facts;
  };

  const learnAct = (record: LedgerRecord, certificate: string, newer: boolean): void => {
    if (record.kind === 'provision') return;
    const facts = of(certificate);
    if (record.kind === 'issuance') {
      const { tbsDigest, notAfter } = record.details;
      facts.issuance = { record: record.id, tbsDigest, notAfter: Date.parse(String(notAfter)), newer };
      return;
    }
    facts.named = record.id;
    if (newer) facts.moving = true;
    if (record.kind === 'release') {
      facts.releases++;
      return;
    }
    const time = Date.parse(record.time);
    if (facts.since === undefined || time < facts.since) facts.since = time;
    if (record.kind === 'revocation') facts.revoked = true;
    else facts.holds++;
  };

  const stateOf = ({ revoked, holds, releases }: Facts): string =>
    revoked ? 'revoked' : holds > releases ? 'hold' : 'good';

  /** What is wrong with what is listed, by what is known. */
  const faultOf = (certificate: string, listed: ListedSerial): (() => void) | undefined => {
    const facts = known.get(certificate) ?? none();
    const { issuance } = facts;
    const { state, notAfter, order, tbsDigest } = listed;
    if (!issuance) {
      if (state === 'reserved' && order === undefined) return undefined;
      const isOver = notAfter !== undefined && now - Date.parse(notAfter) > retention;
      return isOver ? undefined : () => report('serial-without-leaf', { certificate });
    }
    const { record } = issuance;
    if (state === undefined)
      return () => report('certificate-missing', { certificate, record, from: 'status' });
    if (order === undefined) {
      return () => report('certificate-missing', { certificate, record, from: 'certificates' });
    }
    if (tbsDigest !== issuance.tbsDigest) return () => report('certificate-altered', { certificate, record });
    if (state === 'reserved' || Date.parse(notAfter ?? '') !== issuance.notAfter) {
      return () =>
        report('status-differs', { certificate, state, ...(notAfter !== undefined && { notAfter }) });
    }
    const expected = stateOf(facts);
    if (state === expected || facts.moving) return undefined;
    return facts.since === undefined
      ? () => report('revocation-without-leaf', { certificate, state })
      : () => report('status-differs', { certificate, state, recorded: expected });
  };

  const judgeServed = (ca: string, crls: readonly ListedRevocations[]): void => {
    if (crls.length === 0) return;
    const listed = new Set<string>();
    for (const { digest, serials } of crls) {
      for (const serial of serials) {
        const certificate = `${ca}/${serial}`;
        listed.add(certificate);
        const facts = known.get(certificate);
        if (!facts?.issuance) report('serial-without-leaf', { certificate });
        if (facts?.since === undefined) report('revocation-without-leaf', { certificate, crl: digest });
      }
    }
    const made = Math.min(...crls.map(({ thisUpdate }) => thisUpdate.getTime()));
    for (const [certificate, { issuance, since, releases }] of known) {
      if (!certificate.startsWith(`${ca}/`) || listed.has(certificate)) continue;
      // What was released has to be in no CRL, and what has expired in one more only (RFC 5280 3.3).
      if (since === undefined || releases > 0 || since > made - SKEW_MS) continue;
      if (issuance && issuance.notAfter >= made) report('crl-incomplete', { certificate, ca });
    }
  };

  return {
    record: (record, newer) => {
      const certificates = (record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`);
      if (record.kind === 'provision') {
        const { answers } = record.provided;
        if (record.channel !== 'ocsp' || !Array.isArray(answers)) return;
        certificates.forEach((certificate, i) => {
          if (answers[i] === 'good') of(certificate).named = record.id;
        });
      } else if (['issuance', 'revocation', 'hold', 'release'].includes(record.kind)) {
        for (const certificate of certificates) learnAct(record, certificate, newer);
      }
    },

    lost: () => {},

    list: (ca, listed) => {
      const certificate = `${ca}/${listed.serial}`;
      const facts = known.get(certificate);
      if (facts) facts.listed = true;
      if (faultOf(certificate, listed)) doubted.push({ certificate, listed });
    },

    serve: (ca, crls) => {
      served.push({ ca, crls });
    },

    judge: () => {
      for (const { certificate, listed } of doubted) faultOf(certificate, listed)?.();
      for (const { ca, crls } of served) judgeServed(ca, crls);
      for (const [certificate, { issuance, named, listed }] of known) {
        if (!issuance) {
          if (named !== undefined) report('serial-without-leaf', { certificate });
        } else if (!listed && !issuance.newer) {
          report('certificate-missing', { certificate, record: issuance.record, from: 'status' });
        }
      }
    },
  };
};
