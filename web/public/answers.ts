import { hash } from 'node:crypto';
import { html } from 'hono/html';
import type { CaView } from '../../lib/authority/authority.ts';
import { formatName } from '../../lib/pki/pki.ts';
import type { Finding } from '../../lib/status-check/status-check.ts';
import { both, facts, type Html, time, type View } from '../document.ts';
import type { Reader } from '../reader.ts';
import { visible } from '../visible.ts';
import { certificateNames } from './certificate-names.ts';
import { type Checked, fileResult, numberResult, type Result } from './results.ts';
import { numberForm } from './status-forms.ts';

/** The answer of OCSP to a number. */
export interface Told {
  readonly ca: CaView;
  /** Those that may have the number all the same. */
  readonly otherCas: readonly CaView[];
  readonly serial: string;
  readonly finding: Finding;
  readonly der: Uint8Array;
  readonly record?: string;
}

const iso = (date: Date): string => date.toISOString();

const resultSection = (
  { t }: Reader,
  { kind, text, advice }: Result,
): Html => html`<section aria-labelledby="result">
<h2 id="result">${t`Result`}</h2>
<p class="verdict ${kind}">${text}</p>
${advice.map((line) => html`<p>${line}</p>`)}
</section>`;

const again = ({ t }: Reader): Html =>
  html`<p><a class="button quiet" href="/certificate-status">${t`Check another certificate`}</a></p>`;

type Row = readonly [string, Html | string | undefined];

/** A name of at most 128 attributes may be as long as its file. */
const MOST_OF_NAME = 500;

const digest = (hex: string): Html => html`<span class="digest">${hex}</span>`;

const recordRow = ({ t }: Reader, records: readonly string[]): Row => [
  t`Record of the answer`,
  records.length === 0 ? undefined : html`<span class="id">${records.join(' ')}</span>`,
];

/** What the answer of OCSP says of itself. */
const answerRows = (reader: Reader, finding: Finding, sha256: string | undefined): readonly Row[] => {
  const { t, say } = reader;
  const sum: Row = [t`SHA-256 of the answer`, sha256 === undefined ? undefined : digest(sha256)];
  if (finding.says === 'nothing') return [[t`Answer of OCSP`, say(finding.detail)], sum];
  const { thisUpdate, nextUpdate, signer } = finding;
  return [
    [t`Status as of`, time(reader, iso(thisUpdate))],
    [t`To be asked again at the latest`, nextUpdate && time(reader, iso(nextUpdate))],
    [
      t`Answer signed by`,
      html`<span class="person" lang="ja">${typeof signer === 'string' ? signer : say(signer)}</span>`,
    ],
    sum,
  ];
};

export const checkedView = (reader: Reader, checked: Checked): View => {
  const { t, say } = reader;
  const { report, certificate, ca, records } = checked;
  const ocsp = report.path[0]?.status?.ocsp;
  return {
    title: t`Result of the check`,
    main: html`${resultSection(reader, fileResult(reader, checked))}
${certificateNames(reader, certificate, ca !== undefined)}
<h2>${t`What the file says`}</h2>
${facts([
  [
    t`Subject of the certificate`,
    html`<span class="person" lang="ja">${visible(formatName(certificate.subject), MOST_OF_NAME)}</span>`,
  ],
  [
    t`Issuer`,
    html`<span class="person" lang="ja">${visible(formatName(certificate.issuer), MOST_OF_NAME)}</span>`,
  ],
  [t`Serial number`, html`<span class="id">${certificate.serialNumber}</span>`],
  [t`Valid from`, time(reader, iso(certificate.notBefore))],
  [t`Valid until`, time(reader, iso(certificate.notAfter))],
  [t`SHA-256 of the certificate`, digest(hash('sha256', certificate.der))],
])}
<h2>${t`What was checked`}</h2>
${facts([
  [
    t`CA of this service`,
    ca
      ? html`<a href="/authorities#ca-${ca.id}">${both(reader, ca.title)}</a>`
      : t`None: there is no path from the certificate to a CA of this service.`,
  ],
  [t`Finding`, visible(say(report.verdict.because), 2 * MOST_OF_NAME)],
  [t`Rule that decided`, report.verdict.rule],
  [t`Checked at`, time(reader, iso(report.at))],
  ...(ocsp
    ? answerRows(reader, ocsp.finding, ocsp.sha256)
    : [[t`Answer of OCSP`, t`It was not asked.`] as const]),
  recordRow(reader, records),
])}
${ocsp && html`<p>${t`The answer comes from the register of this service (OCSP), which knows of a revocation before the revocation lists do.`}</p>`}
${again(reader)}`,
  };
};

/** The register of one CA does not know what another one has issued. */
const askAnother = (reader: Reader, { otherCas, serial, finding }: Told): Html => {
  const { t } = reader;
  if (finding.says !== 'unknown' || otherCas.length === 0) return html``;
  return html`<section aria-labelledby="another">
<h2 id="another">${t`Ask another CA of this service`}</h2>
<p>${t`The name of the CA stands in the certificate, as that of its issuer.`}</p>
${numberForm(reader, otherCas, { serial })}
</section>`;
};

export const numberView = (reader: Reader, told: Told): View => {
  const { t } = reader;
  const { ca, serial, finding, der, record } = told;
  return {
    title: t`Status of a number`,
    main: html`${resultSection(reader, numberResult(reader, finding))}
<p class="notice">${t`This is only the status of the number, and not a check of a certificate. Whether the certificate that you hold is genuine is checked by its file.`}</p>
${askAnother(reader, told)}
<h2>${t`Details`}</h2>
${facts([
  [t`CA`, both(reader, ca.title)],
  [t`Serial number`, html`<span class="id">${serial}</span>`],
  ...answerRows(reader, finding, hash('sha256', der)),
  recordRow(reader, record === undefined ? [] : [record]),
])}
${again(reader)}`,
  };
};
