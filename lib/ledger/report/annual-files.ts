import { BYTE_ORDER_MARK, csvLine } from '../../sheets/sheets.ts';
import { ASSUMED_PURPOSE, bilingual, escapeHtml, htmlPage, NO_PURPOSE } from '../html.ts';
import { fiscalMonths } from '../months.ts';
import type { AnnualLine, AnnualReport } from './annual.ts';

/* The report for spreadsheets and for paper. Both say what its JSON says and nothing else. */

/** Names are looked up by ids that others chose. */
const named = <T>(names: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.hasOwn(names, id) ? names[id] : undefined;

/** RFC 4180 in UTF-8 with a byte order mark. */
export const annualCsv = ({ fiscalYear, tenant, lines, recipients, purposes }: AnnualReport): string => {
  const header = [
    'fiscalYear',
    'tenant',
    'recipient',
    'recipientJa',
    'recipientEn',
    'month',
    'channel',
    'method',
    'purpose',
    'purposeJa',
    'legalBasis',
    'purposeAssumed',
    'records',
    'items',
    'repeated',
    'itemsYearBefore',
    'change',
  ];
  const rows = lines.map((line) => {
    const name = named(recipients, line.recipient);
    const purpose = line.purpose === null ? undefined : named(purposes, line.purpose);
    return csvLine([
      fiscalYear,
      tenant?.id ?? null,
      line.recipient,
      name?.ja ?? null,
      name?.en ?? null,
      line.month,
      line.channel,
      line.method,
      line.purpose,
      purpose?.ja ?? null,
      purpose?.legalBasis ?? null,
      line.purposeAssumed ? 'true' : null,
      line.records,
      line.items,
      line.repeated,
      line.itemsBefore,
      line.change,
    ]);
  });
  return `${BYTE_ORDER_MARK}${csvLine(header)}${rows.join('')}`;
};

const number = (value: number): string => `<td class="number">${value.toLocaleString('en-US')}</td>`;

const signed = (value: number): string =>
  `<td class="number">${value > 0 ? '+' : ''}${value.toLocaleString('en-US')}</td>`;

/** Lines that differ by their month only. */
const byMonth = (lines: readonly AnnualLine[]): readonly (readonly AnnualLine[])[] => [
  ...Map.groupBy(lines, ({ recipient, channel, method, purpose, purposeAssumed = false }) =>
    JSON.stringify([recipient, channel, method, purpose, purposeAssumed]),
  ).values(),
];

const purposeCell = ({ purpose, purposeAssumed }: AnnualLine, purposes: AnnualReport['purposes']): string => {
  if (purpose === null) return bilingual(NO_PURPOSE);
  const why = named(purposes, purpose);
  const text = why ? `${bilingual(why)}<br>${escapeHtml(why.legalBasis)}` : escapeHtml(purpose);
  return purposeAssumed ? `${text}<br>${bilingual(ASSUMED_PURPOSE)}` : text;
};

const provisionRow = (
  { recipients, purposes }: AnnualReport,
  months: readonly string[],
  lines: readonly AnnualLine[],
): string => {
  const { recipient, channel, method } = lines[0] as AnnualLine;
  const items = new Map(lines.map((line) => [line.month, line.items]));
  const total = lines.reduce((sum, line) => sum + line.items, 0);
  const before = lines.reduce((sum, line) => sum + line.itemsBefore, 0);
  const name = named(recipients, recipient);
  const why = purposeCell(lines[0] as AnnualLine, purposes);
  return `<tr><td>${name ? bilingual(name) : escapeHtml(recipient)}</td><td>${escapeHtml(`${channel} ${method}`)}</td><td>${why}</td>${months.map((month) => number(items.get(month) ?? 0)).join('')}${number(total)}${number(before)}${signed(total - before)}</tr>`;
};

export const annualPage = (report: AnnualReport): string => {
  const { fiscalYear, trustDomain, tenant, lines, acts, totals } = report;
  const months = fiscalMonths(fiscalYear);
  const heads = months.map((month) => `<th scope="col">${Number(month.slice(5))}月</th>`).join('');
  const kinds = [...new Set(acts.map(({ kind }) => kind))].sort();
  const actRows = kinds.map((kind) => {
    const ofKind = new Map(acts.filter((act) => act.kind === kind).map((act) => [act.month, act.records]));
    const total = [...ofKind.values()].reduce((sum, records) => sum + records, 0);
    return `<tr><td>${escapeHtml(kind)}</td>${months.map((month) => number(ofKind.get(month) ?? 0)).join('')}${number(total)}</tr>`;
  });
  return htmlPage(
    {
      ja: `${tenant ? `${tenant.ja} ` : ''}証明書失効情報等の提供の状況に関する報告書(${fiscalYear}年度)`,
      en: `Annual report on provisions${tenant ? ` of ${tenant.en}` : ''}, fiscal year ${fiscalYear}`,
    },
    `<p>${bilingual(trustDomain)}</p>
<dl>
<dt>${bilingual({ ja: '期間(日本時間)', en: 'Period (Japan Standard Time)' })}</dt><dd>${escapeHtml(report.from)} – ${escapeHtml(report.to)}</dd>
<dt>${bilingual({ ja: '提供件数', en: 'Items provided' })}</dt><dd>${totals.items.toLocaleString('en-US')}</dd>
<dt>${bilingual({ ja: '前年度', en: 'Year before' })}</dt><dd>${totals.itemsBefore.toLocaleString('en-US')}</dd>
<dt>${bilingual({ ja: '同じ署名付き要求の繰り返しに対する件数(上の件数に含まない)', en: 'Items for repeated signed requests (not among those above)' })}</dt><dd>${totals.repeated.toLocaleString('en-US')}</dd>
<dt>${bilingual({ ja: '提供記録数', en: 'Records' })}</dt><dd>${totals.records.toLocaleString('en-US')}</dd>
</dl>
<h2>${bilingual({ ja: '提供先・月・方法・利用目的別の件数', en: 'Items by recipient, month, method and purpose' })}</h2>
<p>${bilingual({ ja: '月は日本時間です。', en: 'Months are of Japan Standard Time.' })}</p>
<table><thead><tr><th scope="col">提供先</th><th scope="col">方法</th><th scope="col">利用目的</th>${heads}<th scope="col">計</th><th scope="col">前年度</th><th scope="col">増減</th></tr></thead>
<tbody>
${byMonth(lines)
  .map((group) => provisionRow(report, months, group))
  .join('\n')}
</tbody></table>
<h2>${bilingual({ ja: '認証業務の件数', en: 'Acts of the authority' })}</h2>
<table><thead><tr><th scope="col">区分</th>${heads}<th scope="col">計</th></tr></thead>
<tbody>
${actRows.join('\n')}
</tbody></table>`,
  );
};
