import type { CertificateRef, Principal } from '../../principal.ts';
import type { Ledger, LedgerRecord } from '../contract.ts';
import type { Bilingual } from '../html.ts';
import type { HeldCertificate } from '../query/holder.ts';
import { type Known, knownAmong } from '../recipients.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../rows.ts';

/** One answer about the holder, as the holder may know it: when, to whom, why. */
export interface OwnEntry {
  /** The record's id, by which an auditor or a proof finds it. */
  readonly id: string;
  readonly time: string;
  readonly who: Bilingual & { readonly recipient: string };
  /** Absent where the recipient named no purpose, and none is assumed for it. */
  readonly why?: Bilingual & {
    readonly purpose: string;
    readonly legalBasis: string;
    /** The recipient named no purpose: this one is assumed for it. */
    readonly assumed?: true;
  };
  readonly channel: string;
  /**
   * The recipient's signed request was answered before. Anybody who has seen it may have sent it again: then nothing was told to
   * the recipient.
   */
  readonly repeated?: true;
  /** Only the holder's own: the same answer may have covered other persons' certificates as well. */
  readonly certificates: readonly CertificateRef[];
  readonly count: number;
}

const PUBLIC: Bilingual = { ja: '名乗らない相手(公開の失効情報)', en: 'Somebody who did not say who it is' };
const SELF: Bilingual = { ja: '本人', en: 'Yourself' };
const DELEGATE: Bilingual = { ja: '本人の代理人', en: 'A delegate of yours' };
const AUDITOR: Bilingual = { ja: '監査人', en: 'An auditor' };
const OPERATOR: Bilingual = { ja: '認証局の運用者', en: 'An operator of the authority' };
const OFFICER: Bilingual = { ja: '登録分局の担当者', en: 'An officer of a registration sub-office' };
const UNKNOWN: Bilingual = {
  ja: '現在登録のない相手',
  en: 'Somebody who is no longer registered',
};

/** Names an organisation by its name and a person at work by the role. */
const whoOf = (
  holder: string,
  recipient: string,
  principals: ReadonlyMap<string, Principal>,
): OwnEntry['who'] => {
  if (recipient === 'public') return { recipient, ...PUBLIC };
  if (recipient === holder) return { recipient, ...SELF };
  const principal = principals.get(recipient);
  switch (principal?.role) {
    case 'relyingParty':
      return { recipient, ja: principal.name.ja, en: principal.name.en };
    case 'holder':
      return { recipient, ...DELEGATE };
    case 'auditor':
      return { recipient: 'auditor', ...AUDITOR };
    case 'operator':
      return { recipient: 'operator', ...OPERATOR };
    case 'officer':
      return { recipient: principal.office ?? 'officer', ...OFFICER };
    default:
      return { recipient, ...UNKNOWN };
  }
};

const whyOf = (
  record: Extract<LedgerRecord, { kind: 'provision' }>,
  principals: ReadonlyMap<string, Principal>,
): OwnEntry['why'] => {
  const { recipient, purpose, legalBasis = '', purposeAssumed } = record;
  if (purpose === undefined) return undefined;
  const declared = principals.get(recipient)?.purposes?.find(({ id }) => id === purpose);
  // A purpose that the recipient no longer declares appears by its id.
  const { ja, en } = declared?.title ?? { ja: purpose, en: purpose };
  return { purpose, ja, en, legalBasis, ...(purposeAssumed && { assumed: true }) };
};

export const isOneOf = (refs: readonly CertificateRef[]): ((ref: CertificateRef) => boolean) => {
  const names = new Set(refs.map(({ ca, serial }) => `${ca}/${serial}`));
  return ({ ca, serial }) => names.has(`${ca}/${serial}`);
};

/** The recipients of these records. */
export const recipientsOf = (
  records: readonly LedgerRecord[],
  known: Known,
): Promise<ReadonlyMap<string, Principal>> =>
  knownAmong(
    records.flatMap((record) =>
      record.kind === 'provision' && record.recipient !== 'public' ? [record.recipient] : [],
    ),
    known,
  );

/** `held` are the holder's certificates, and `principals` the recipients that are known. */
export const ownEntries = (
  holder: string,
  held: readonly CertificateRef[],
  records: readonly LedgerRecord[],
  principals: ReadonlyMap<string, Principal>,
): readonly OwnEntry[] => {
  const isOwn = isOneOf(held);
  return records.flatMap((record): OwnEntry[] => {
    if (record.kind !== 'provision') return [];
    const { id, time, recipient, channel, certificates, count, repeats } = record;
    const why = whyOf(record, principals);
    const who = whoOf(holder, recipient, principals);
    const repeated = repeats === undefined ? {} : { repeated: true as const };
    const own = certificates.filter(isOwn);
    return [{ id, time, who, ...(why && { why }), channel, ...repeated, certificates: own, count }];
  });
};

/** What an answer about a holder says of the affairs of one tenant. */
export interface TenantPart {
  readonly tenant?: string;
  /** As many as a record names. */
  readonly certificates: readonly CertificateRef[];
  /** Records that the answer shows. */
  readonly count: number;
}

/** One part for each tenant; one of no tenant where the answer is empty. */
export const partsByTenant = (
  held: readonly HeldCertificate[],
  records: readonly LedgerRecord[],
): readonly TenantPart[] => {
  const tenants = new Set([...held, ...records].map(({ tenant }) => tenant));
  if (tenants.size === 0) tenants.add(undefined);
  return [...tenants].map((tenant) => ({
    ...(tenant !== undefined && { tenant }),
    certificates: held
      .filter((one) => one.tenant === tenant)
      .slice(0, MAX_CERTIFICATES_PER_RECORD)
      .map(({ ref }) => ref),
    count: records.filter((record) => record.tenant === tenant).length,
  }));
};

export type OwnPage = { readonly entries: readonly OwnEntry[]; readonly cursor?: string };

/** Newest first. Faults: those of `Ledger.query`. */
export const readOwn = async (
  deps: {
    readonly ledger: Ledger;
    readonly known: Known;
    readonly heldBy: (holder: string) => Promise<readonly HeldCertificate[]>;
  },
  query: {
    readonly holder: string;
    readonly from?: string;
    readonly to?: string;
    readonly limit: number;
    readonly cursor?: string;
  },
): Promise<{ readonly page: OwnPage; readonly parts: readonly TenantPart[] }> => {
  const { records, cursor } = await deps.ledger.query({ ...query, kind: 'provision' });
  const held = await deps.heldBy(query.holder);
  const refs = held.map(({ ref }) => ref);
  const principals = await recipientsOf(records, deps.known);
  return {
    page: {
      entries: ownEntries(query.holder, refs, records, principals),
      ...(cursor !== undefined && { cursor }),
    },
    parts: partsByTenant(held, records),
  };
};
