import { textIn, textsIn } from '../../members.ts';
import { ifKept } from '../../recorded-act.ts';
import type { Ledger, LedgerRecord } from '../contract.ts';

/** A record that proves a step, and its leaf once it has one. */
type Said = { readonly record: string; readonly leaf?: number };

/** Who asked for a certificate and who examined the request, according to the records that its issuance names. */
export type Examined = {
  readonly id: string;
  /** Absent where its record is among the `missing`. */
  readonly submission?: Said & { readonly by: string; readonly at: string };
  readonly examinations: readonly (Said & {
    readonly stage: string;
    readonly by: string;
    readonly at: string;
    readonly decision: string;
    /** The examiner's office, where it has taken over the affairs of the one that submitted. */
    readonly actingOffice?: string;
  })[];
  /** Ids of records that the issuance names and that are absent, deleted, or about something else. */
  readonly missing: readonly string[];
};

/** In place of what a record does not say. */
const NO_NAME = 'none';

/**
 * Undefined for the service's own certificates, which no sub-office asks for. Only records count: a request's row makes
 * no difference, whether it exists or not.
 */
export const examinedOf = async (ledger: Ledger, issuance: LedgerRecord): Promise<Examined | undefined> => {
  if (issuance.kind !== 'issuance' || issuance.office === undefined) return undefined;
  const { order, publicKeyDigest, basis } = issuance.details;
  const ids = textsIn(basis).map((id) => id ?? NO_NAME);
  const found = await Promise.all(ids.map((id) => ifKept(ledger.get(id))));
  let submission: Examined['submission'];
  const examinations: Examined['examinations'][number][] = [];
  const missing: string[] = [];
  found.forEach((record, i) => {
    const fits =
      (record?.kind === 'submission' || record?.kind === 'examination') &&
      record.details.request === order &&
      record.details.publicKeyDigest === publicKeyDigest;
    if (!fits) {
      missing.push(ids[i] as string);
      return;
    }
    const { id, leaf, actor: by, time: at, details } = record;
    const said = { record: id, ...(leaf !== undefined && { leaf }), by, at };
    if (record.kind === 'submission') submission = said;
    else {
      const actingOffice = textIn(details.actingOffice);
      examinations.push({
        ...said,
        stage: textIn(details.stage) ?? NO_NAME,
        decision: textIn(details.decision) ?? NO_NAME,
        ...(actingOffice !== undefined && { actingOffice }),
      });
    }
  });
  return { id: textIn(order) ?? NO_NAME, ...(submission && { submission }), examinations, missing };
};
