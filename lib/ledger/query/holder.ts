import { Fault, phrase } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import { readRecordedAct } from '../../recorded-act.ts';
import type { Table } from '../../store/store.ts';
import type { Ledger, LedgerRecord, RecordPage, RecordQuery } from '../contract.ts';
import { isRecordId } from '../ids.ts';
import { certificatePk, holderPk } from '../rows.ts';
import { tenantOfQuery } from './matching.ts';
import { mergePartitions } from './merging.ts';
import type { Bounds } from './position.ts';

/** The most certificates of one holder that are read. */
const MAX_HELD = 1000;

export interface HeldCertificate {
  readonly ref: CertificateRef;
  /** As the issuance names it. */
  readonly tenant?: string;
}

/**
 * The certificates issued to the holder. Only a proven issuance to this holder counts, since a row that points elsewhere would
 * show somebody the records of another person. Fault: `input-too-large`.
 */
export const heldCertificates = async (
  table: Table,
  ledger: Pick<Ledger, 'act'>,
  holder: string,
): Promise<readonly HeldCertificate[]> => {
  const { items, cursor } = await table.query({ pk: holderPk(holder), limit: MAX_HELD });
  if (cursor !== undefined) {
    throw new Fault('input-too-large', phrase`A holder has at most ${MAX_HELD} certificates here.`);
  }
  const found = await Promise.all(
    items
      .map(({ sk }) => sk)
      .filter(isRecordId)
      .map((id) => readRecordedAct(ledger, id, { kind: 'issuance', holder })),
  );
  const held = new Map<string, HeldCertificate>();
  for (const { certificates = [], tenant } of found.filter((record) => record !== undefined)) {
    for (const ref of certificates)
      held.set(certificatePk(ref.ca, ref.serial), { ref, ...(tenant !== undefined && { tenant }) });
  }
  return [...held.values()];
};

/** The records of all the holder's certificates, newest first. */
export const mergeCertificates = async (
  table: Table,
  ledger: Pick<Ledger, 'act'>,
  holder: string,
  query: RecordQuery,
  bounds: Bounds,
): Promise<RecordPage> => {
  const tenant = tenantOfQuery(query);
  const pks = (await heldCertificates(table, ledger, holder))
    .filter((one) => tenant === undefined || one.tenant === tenant)
    .map(({ ref }) => certificatePk(ref.ca, ref.serial));
  const held = new Set(pks);
  const isAboutHolder = ({ certificates = [] }: LedgerRecord): boolean =>
    certificates.some(({ ca, serial }) => held.has(certificatePk(ca, serial)));
  return mergePartitions(table, query, bounds, [{ pks, from: bounds.from }], isAboutHolder);
};
