import { type Entry, entryDiffers, SKEW_MS, shownBy, sinceOf } from './acts.ts';
import { type CertificateFacts, NO_ACTS } from './certificate-facts.ts';
import { actsUnder, type RecordedCompromise } from './compromises.ts';
import type { Report } from './contract.ts';

export interface ListedRevocation extends Entry {
  readonly serial: string;
}

/** What a CRL that the service serves lists. */
export interface ListedRevocations {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly thisUpdate: Date;
  readonly entries: readonly ListedRevocation[];
}

/**
 * Compares the CRLs of one CA with the records; together the CRLs list all that the CA revoked, and every certificate where
 * its key is compromised.
 */
export const checkListedRevocations = (
  ca: string,
  crls: readonly ListedRevocations[],
  known: ReadonlyMap<string, CertificateFacts>,
  report: Report,
  compromise?: RecordedCompromise,
): void => {
  if (crls.length === 0) return;
  const listed = new Set<string>();
  for (const { digest, thisUpdate, entries } of crls) {
    for (const entry of entries) {
      const certificate = `${ca}/${entry.serial}`;
      listed.add(certificate);
      const { issuance, acts: own = NO_ACTS } = known.get(certificate) ?? {};
      const acts = actsUnder(own, compromise);
      if (!issuance) report('serial-without-leaf', { certificate });
      if (sinceOf(acts) === undefined) report('revocation-without-leaf', { certificate, crl: digest });
      const madeAt = thisUpdate.getTime();
      const differs = entryDiffers(entry, shownBy(acts, ['hold', 'revocation'], madeAt), madeAt);
      if (differs) report('crl-differs', { certificate, crl: digest, ...differs });
    }
  }
  const oldest = Math.min(...crls.map(({ thisUpdate }) => thisUpdate.getTime()));
  for (const [certificate, { issuance, acts = NO_ACTS }] of known) {
    if (!certificate.startsWith(`${ca}/`) || listed.has(certificate)) continue;
    // A certificate that was recorded after the list was made cannot be in it.
    const isKnown = issuance !== undefined && issuance.time <= oldest - SKEW_MS;
    if (isKnown && compromise && compromise.time <= oldest - SKEW_MS) {
      if (issuance.notAfter >= oldest) report('crl-incomplete', { certificate, ca });
      continue;
    }
    const since = sinceOf(acts);
    if (since === undefined || since > oldest - SKEW_MS) continue;
    // A released certificate need not be in any CRL, and an expired one only in one more (RFC 5280 3.3).
    if (acts.some(({ kind }) => kind === 'release')) continue;
    if (issuance && issuance.notAfter >= oldest) report('crl-incomplete', { certificate, ca });
  }
};
