import { Fault } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { ProvenStatus } from '../status/status.ts';
import { type CertificateRow, certificateKey, readIssuance } from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';
import { readIssuedAs } from './issued-as.ts';
import { openIssuedObjects } from './issued-objects.ts';
import { readStanding, type Standing } from './status-acts.ts';
import { isExplained, openStatusRows } from './status-rows.ts';

/** What the acts on certificates say, for the CRLs. It publishes none itself. */
export const openProvenStatus = (
  deps: Pick<AuthorityDeps, 'table' | 'objects' | 'register' | 'recorder' | 'random' | 'log'>,
): ProvenStatus => {
  const { table, register, recorder } = deps;
  const issued = openIssuedObjects(deps.objects);
  const { follow } = openStatusRows({
    ...deps,
    // The CRL that asks is being made.
    publishCrl: async () => {},
    crlDueWrites: async () => [],
  });

  /** The row names the record, and where somebody has deleted it, the object of the serial number does. */
  const issuanceOf = async (ref: CertificateRef): Promise<LedgerRecord | undefined> => {
    const row = await table.get<CertificateRow>(certificateKey(ref));
    const byRow = row?.value && (await readIssuance(recorder, ref, row.value));
    if (byRow) return byRow;
    const object = await issued.read(ref);
    return readRecordedAct(recorder, object?.record, { kind: 'issuance', certificate: ref });
  };

  return {
    closingOf: async (ref) => {
      const { now, earlier } = await readStanding(recorder, ref);
      if (now.state === 'good') return earlier.some(({ state }) => state !== 'good') ? 'released' : 'never';
      const { state: _state, ...entry } = now;
      return entry;
    },

    endOf: async (ref) => {
      const issuance = await issuanceOf(ref);
      const details = issuance && issuance.kind !== 'provision' ? issuance.details : {};
      const seconds = Math.floor(Date.parse(String(details.notAfter)) / 1000);
      return Number.isNaN(seconds) ? undefined : seconds;
    },

    follow: async (ref) => {
      let standing: Standing;
      try {
        standing = await follow(ref, await readIssuedAs(deps, ref));
      } catch (error) {
        // Nothing but the closing row says that there is such a certificate.
        if (Fault.is(error, 'unknown-certificate')) return false;
        throw error;
      }
      return isExplained(standing, await register.read(ref));
    },
  };
};
