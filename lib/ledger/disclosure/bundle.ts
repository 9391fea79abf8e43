import { Fault, phrase } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import type { Table } from '../../store/store.ts';
import { digestHex } from '../canonical.ts';
import type { Ledger, LedgerRecord } from '../contract.ts';
import {
  ASSUMED_PURPOSE,
  bilingual,
  escapeHtml,
  htmlPage,
  jstTime,
  NO_PURPOSE,
  TIMES_ARE_JST,
} from '../html.ts';
import { heldCertificates } from '../query/holder.ts';
import type { Known } from '../recipients.ts';
import { recordPages } from '../record-pages.ts';
import type { CaseView } from './cases.ts';
import { isOneOf, type OwnEntry, ownEntries, partsByTenant, recipientsOf, type TenantPart } from './own.ts';

/** What a holder is shown of a certificate. */
export interface DisclosedCertificate extends CertificateRef {
  readonly profile: string;
  /** Absent where the data about it have ended or cannot be read; so is `pem`. */
  readonly subject?: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly status: string;
  readonly pem?: string;
}

/** Everything that the service keeps about one person at the time when the bundle is made. */
export interface Bundle {
  readonly bundle: 'disclosure';
  readonly service: string;
  readonly disclosure: string;
  readonly holder: string;
  readonly requestedAt: string;
  readonly deadline: string;
  /** Present where an operator of this tenant asked: the bundle has what concerns this tenant, and nothing else. */
  readonly tenant?: string;
  /** Why the deadline was extended. */
  readonly extension?: { readonly at: string; readonly reason: string };
  readonly madeAt: string;
  readonly certificates: readonly DisclosedCertificate[];
  /** Every provision, in a form that a person can read. */
  readonly provisions: readonly OwnEntry[];
  /**
   * The acts on the certificates, and the provisions again, in the form in which they are kept: a leaf can prove each.
   */
  readonly records: readonly LedgerRecord[];
  /**
   * Records that also name other persons' certificates. Such a record could be proven only as a whole, so it is not
   * included. `provisions` has what it says about the holder, and the leaves show that nothing was left out.
   */
  readonly withheld: readonly { readonly id: string; readonly leaf?: number }[];
}

const REPEATED = {
  ja: '以前に回答した要求の繰り返し。この提供先以外の者が再び送った可能性があります。',
  en: 'A repetition of a request that was answered before; somebody else may have sent it again.',
};

const NO_SUBJECT = { ja: '記録がありません', en: 'Not kept' };

const PAGE = 1000;
const MAX_RECORDS = 50_000;

export const buildBundle = async (
  deps: {
    readonly table: Table;
    readonly ledger: Ledger;
    readonly service: string;
    readonly known: Known;
    readonly certificateOf: (ref: CertificateRef) => Promise<DisclosedCertificate>;
  },
  { id, holder, tenant, requestedAt, deadline, extension }: CaseView,
  madeAt: string,
): Promise<{ readonly bundle: Bundle; readonly parts: readonly TenantPart[] }> => {
  const only = tenant === undefined ? {} : { onlyRecordsOfTenant: tenant };
  const records: LedgerRecord[] = [];
  for await (const page of recordPages(deps.ledger, { holder, ...only }, PAGE)) {
    records.push(...page);
    if (records.length > MAX_RECORDS) {
      throw new Fault('input-too-large', phrase`A bundle holds at most ${MAX_RECORDS} records.`);
    }
  }
  const held = (await heldCertificates(deps.table, deps.ledger, holder)).filter(
    (one) => tenant === undefined || one.tenant === tenant,
  );
  const refs = held.map(({ ref }) => ref);
  const principals = await recipientsOf(records, deps.known);
  const isOwn = isOneOf(refs);
  const namesOthers = ({ certificates = [] }: LedgerRecord): boolean => !certificates.every(isOwn);
  const bundle: Bundle = {
    bundle: 'disclosure',
    service: deps.service,
    disclosure: id,
    holder,
    ...(tenant !== undefined && { tenant }),
    requestedAt,
    deadline,
    ...(extension && { extension: { at: extension.at, reason: extension.reason } }),
    madeAt,
    certificates: await Promise.all(refs.map(deps.certificateOf)),
    provisions: ownEntries(holder, refs, records, principals),
    records: records.filter((record) => !namesOthers(record)),
    withheld: records
      .filter(namesOthers)
      .map(({ id, leaf }) => ({ id, ...(leaf !== undefined && { leaf }) })),
  };
  return { bundle, parts: partsByTenant(held, records) };
};

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

const head = (titles: readonly (readonly [string, string])[]): string =>
  `<thead><tr>${titles.map(([ja, en]) => `<th scope="col">${bilingual({ ja, en })}</th>`).join('')}</tr></thead>`;

const whyCell = (why: OwnEntry['why']): string => {
  if (why === undefined) return bilingual(NO_PURPOSE);
  const text = `${bilingual(why)}<br>${escapeHtml(why.legalBasis)}`;
  return why.assumed ? `${text}<br>${bilingual(ASSUMED_PURPOSE)}` : text;
};

/**
 * The bundle for reading, with the signed file in it: each bundle is made anew, so nobody could fetch that file later.
 */
export const bundlePage = (bundle: Bundle, jws: string): string => {
  const certificates = bundle.certificates.map((one) =>
    row([
      escapeHtml(`${one.ca}/${one.serial}`),
      escapeHtml(one.profile),
      one.subject === undefined ? bilingual(NO_SUBJECT) : escapeHtml(one.subject),
      `${jstTime(one.notBefore)} – ${jstTime(one.notAfter)}`,
      escapeHtml(one.status),
    ]),
  );
  const provisions = bundle.provisions.map(({ time, who, why, channel, repeated, certificates: about }) =>
    row([
      jstTime(time),
      repeated ? `${bilingual(who)}<br>${bilingual(REPEATED)}` : bilingual(who),
      whyCell(why),
      escapeHtml(channel),
      escapeHtml(about.map(({ ca, serial }) => `${ca}/${serial}`).join(' ')),
    ]),
  );
  const { extension } = bundle;
  // The values are HTML.
  const facts: readonly (readonly [string, string, string])[] = [
    ['開示番号', 'Disclosure', escapeHtml(bundle.disclosure)],
    ['対象者(仮名)', 'Holder (pseudonym)', escapeHtml(bundle.holder)],
    ...(bundle.tenant === undefined
      ? []
      : ([['対象の運営団体', 'Tenant whose records these are', escapeHtml(bundle.tenant)]] as const)),
    ['請求日時', 'Requested at', jstTime(bundle.requestedAt)],
    ['期限', 'Deadline', jstTime(bundle.deadline)],
    ...(extension
      ? ([
          ['期限を延長した日時', 'Extended at', jstTime(extension.at)],
          ['期限を延長した理由', 'Why it was extended', escapeHtml(extension.reason)],
        ] as const)
      : []),
    ['作成日時', 'Made at', jstTime(bundle.madeAt)],
    ['作成者', 'Made by', escapeHtml(bundle.service)],
    ['署名付き電子ファイルのSHA-256', 'SHA-256 of the signed file', digestHex(jws)],
  ];
  return htmlPage(
    { ja: '自己に関する記録の開示', en: 'Disclosure of your own records' },
    `<dl>${facts.map(([ja, en, value]) => `<dt>${bilingual({ ja, en })}</dt><dd>${value}</dd>`).join('\n')}</dl>
<p>${bilingual(TIMES_ARE_JST)}</p>
<h2>${bilingual({ ja: 'あなたに関する証明書', en: 'Certificates about you' })}</h2>
<table>${head([
      ['証明書', 'Certificate'],
      ['種別', 'Profile'],
      ['主体者', 'Subject'],
      ['有効期間', 'Validity'],
      ['状態', 'Status'],
    ])}<tbody>
${certificates.join('\n')}
</tbody></table>
<h2>${bilingual({ ja: 'いつ、誰に、何のために提供したか', en: 'When, to whom and why something was told about you' })}</h2>
<table>${head([
      ['日時', 'Time'],
      ['提供先', 'Recipient'],
      ['利用目的と根拠', 'Purpose and legal basis'],
      ['方法', 'Method'],
      ['証明書', 'Certificate'],
    ])}<tbody>
${provisions.join('\n')}
</tbody></table>
<details><summary>${bilingual({ ja: '署名付き電子ファイル(JWS)', en: 'The signed file (JWS)' })}</summary>
<pre>${escapeHtml(jws)}</pre></details>`,
  );
};
