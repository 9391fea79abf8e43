import type { Principal, ReportedAs } from '../../principal.ts';
import { addCounts, type Count, isProvided, REPEATED } from '../counts.ts';
import type { Bilingual } from '../html.ts';
import { fiscalMonths } from '../months.ts';
import { type Known, knownAmong } from '../recipients.ts';

/** How many answers one recipient received in one month, by one method, for one purpose. */
export type AnnualLine = {
  /**
   * `public`, a relying party's id, the role of any other principal, or `former` for one of whom nothing is known any more.
   */
  readonly recipient: string;
  /** `2026-04`. */
  readonly month: string;
  readonly channel: string;
  readonly method: string;
  /** Null where the recipient named none, and none is assumed for it. */
  readonly purpose: string | null;
  /** Present where the recipient named no purpose, and the trust domain's file assumes this one for it. */
  readonly purposeAssumed?: true;
  readonly records: number;
  readonly items: number;
  /**
   * Items of answers to signed requests that were answered before, which anybody may have sent again. They are not among the
   * others.
   */
  readonly repeated: number;
  /** The same month of the year before. */
  readonly itemsBefore: number;
  readonly change: number;
};

export type ActLine = { readonly month: string; readonly kind: string; readonly records: number };

/** The yearly report on provisions, from April to March, Japan Standard Time. */
export type AnnualReport = {
  readonly report: 'annual';
  readonly fiscalYear: number;
  readonly from: string;
  readonly to: string;
  readonly timeZone: 'Asia/Tokyo';
  readonly trustDomain: Bilingual & { readonly name: string };
  /** Whose affairs alone it counts. Absent in the report of the whole service. */
  readonly tenant?: Bilingual & { readonly id: string };
  readonly totals: {
    readonly records: number;
    readonly items: number;
    readonly repeated: number;
    readonly itemsBefore: number;
  };
  readonly recipients: Readonly<Record<string, Bilingual>>;
  readonly purposes: Readonly<Record<string, Bilingual & { readonly legalBasis: string }>>;
  readonly lines: readonly AnnualLine[];
  /** What the service did: submissions, issuance, revocations and so on. */
  readonly acts: readonly ActLine[];
};

const ROLE_TITLES: ReadonlyMap<string, Bilingual> = new Map(
  Object.entries({
    public: { ja: '公衆(利用者を特定しない提供)', en: 'The public (recipients who did not name themselves)' },
    officer: { ja: '登録分局', en: 'Registration sub-offices' },
    operator: { ja: '認証局運用者', en: 'Operators of the authority' },
    auditor: { ja: '監査人', en: 'Auditors' },
    holder: { ja: '証明書の名義人本人', en: 'Holders of certificates' },
    former: { ja: '現在登録のない相手先', en: 'Recipients who are no longer registered' },
  } satisfies Partial<Record<ReportedAs, Bilingual>>),
);

/**
 * The name of a recipient in published reports: a relying party's own id, but only the role of a person. Ids of persons
 * are therefore in no report.
 */
export const publishedRecipient = (
  principals: ReadonlyMap<string, Pick<Principal, 'role'>>,
  recipient: string,
): string => {
  if (recipient === 'public') return recipient;
  const role = principals.get(recipient)?.role;
  return role === undefined ? 'former' : role === 'relyingParty' ? recipient : role;
};

export interface AnnualSources {
  readonly trustDomain: Bilingual & { readonly name: string };
  readonly tenant?: Bilingual & { readonly id: string };
  /** Only the recipients in the totals are looked up. */
  readonly known: Known;
  readonly countsOf: (month: string) => Promise<readonly Count[]>;
}

const lineKey = (line: Omit<AnnualLine, 'change'>): string => {
  const { recipient, month, channel, method, purpose, purposeAssumed = false } = line;
  return JSON.stringify([recipient, channel, method, purpose, purposeAssumed, month]);
};

const lastYear = (month: string): string => `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;

/** Reads the totals alone, so the work grows with the report and not with the records. */
export const buildAnnualReport = async (year: number, sources: AnnualSources): Promise<AnnualReport> => {
  const principals = new Map<string, Principal>();
  const met = new Set(['public']);
  const lines = new Map<string, Omit<AnnualLine, 'change'>>();
  const acts: ActLine[] = [];

  const meet = async (counts: readonly Count[]): Promise<void> => {
    const recipients = counts.flatMap(({ cell }) => (cell.kind === 'provision' ? [cell.recipient] : []));
    const strangers = recipients.filter((id) => !met.has(id));
    for (const id of strangers) met.add(id);
    for (const [id, one] of await knownAmong(strangers, sources.known)) principals.set(id, one);
  };

  const add = async (month: string, counts: readonly Count[], when: 'now' | 'before'): Promise<void> => {
    await meet(counts);
    for (const { cell, records, items } of counts) {
      if (!isProvided(cell)) continue;
      const { channel, method, purpose = null, purposeAssumed } = cell;
      const recipient = publishedRecipient(principals, cell.recipient);
      const isRepeated = cell.outcome === REPEATED;
      if (isRepeated && when === 'before') continue;
      const of = { recipient, month, channel, method, purpose, ...(purposeAssumed && { purposeAssumed }) };
      const empty = { ...of, records: 0, items: 0, repeated: 0, itemsBefore: 0 };
      const key = lineKey(empty);
      const line = lines.get(key) ?? empty;
      lines.set(
        key,
        isRepeated
          ? { ...line, repeated: line.repeated + items }
          : when === 'now'
            ? { ...line, records: line.records + records, items: line.items + items }
            : { ...line, itemsBefore: line.itemsBefore + items },
      );
    }
  };

  const months = fiscalMonths(year);
  for (const month of months) {
    const counts = addCounts(await sources.countsOf(month));
    await add(month, counts, 'now');
    await add(month, await sources.countsOf(lastYear(month)), 'before');
    const kinds = new Map<string, number>();
    for (const { cell, records } of counts) {
      if (cell.kind !== 'provision') kinds.set(cell.kind, (kinds.get(cell.kind) ?? 0) + records);
    }
    for (const [kind, records] of [...kinds].sort()) acts.push({ month, kind, records });
  }

  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  const sum = (name: 'records' | 'items' | 'repeated' | 'itemsBefore'): number =>
    sorted.reduce((total, line) => total + line[name], 0);
  const declared = [...principals.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ purposes = [] }) => purposes);
  const used = new Set(sorted.map(({ purpose }) => purpose));
  return {
    report: 'annual',
    fiscalYear: year,
    from: `${year}-04-01`,
    to: `${year + 1}-03-31`,
    timeZone: 'Asia/Tokyo',
    trustDomain: sources.trustDomain,
    ...(sources.tenant && { tenant: sources.tenant }),
    totals: {
      records: sum('records'),
      items: sum('items'),
      repeated: sum('repeated'),
      itemsBefore: sum('itemsBefore'),
    },
    recipients: Object.fromEntries(
      [...new Set(sorted.map(({ recipient }) => recipient))].map((recipient) => [
        recipient,
        ROLE_TITLES.get(recipient) ?? (principals.get(recipient)?.name as Bilingual),
      ]),
    ),
    purposes: Object.fromEntries(
      declared
        .filter(({ id }) => used.has(id))
        .map(({ id, title, legalBasis }) => [id, { ...title, legalBasis }]),
    ),
    lines: sorted.map((line) => ({ ...line, change: line.items - line.itemsBefore })),
    acts,
  };
};
