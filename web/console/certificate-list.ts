import { html } from 'hono/html';
import type { CertificatePage } from '../../lib/authority/authority.ts';
import type { Principal } from '../../lib/principal.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { both, type Html, table, time } from '../document.ts';
import { type Filled, field, filter } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { CERTIFICATE_STATUS_TEXTS, statusText } from './certificate.ts';
import { addressOf } from './certificate-forms.ts';
import { officeField } from './search.ts';

export const CERTIFICATES = '/console/certificates';
export const SEARCH = `${CERTIFICATES}/search`;

export const certificateFilter = (
  reader: Reader,
  caller: Principal,
  chosen: Filled,
  profiles: readonly ProfileView[],
): Html => {
  const { t, say } = reader;
  const statuses = Object.entries(CERTIFICATE_STATUS_TEXTS).map(([id, text]) => [id, say(text)] as const);
  const isOfService = caller.role !== 'officer' && caller.tenant === undefined;
  return filter(
    CERTIFICATES,
    t`Show`,
    field(reader, {
      name: 'status',
      label: t`Status`,
      value: chosen.status,
      choices: [['', t`all`], ...statuses],
    }),
    // Auditors do not see the profiles, and write the id.
    field(reader, {
      name: 'profile',
      label: t`Profile`,
      value: chosen.profile,
      ...(profiles.length > 0 && {
        choices: [['', t`all`], ...profiles.map(({ id, title }) => [id, both(reader, title)] as const)],
      }),
    }),
    field(reader, { name: 'holder', label: t`Holder (pseudonym)`, value: chosen.holder }),
    ...officeField(reader, caller, { name: 'office', value: chosen.office }),
    ...(isOfService ? [field(reader, { name: 'tenant', label: t`Tenant`, value: chosen.tenant })] : []),
    field(reader, { name: 'expiresFrom', label: t`Ends from`, kind: 'date', value: chosen.expiresFrom }),
    field(reader, {
      name: 'expiresTo',
      label: t`Ends until, that day included`,
      kind: 'date',
      value: chosen.expiresTo,
    }),
    field(reader, {
      name: 'order',
      label: t`Sorted by`,
      value: chosen.order,
      choices: [
        ['', t`what ends soonest first`],
        ['latest', t`what ends latest first`],
      ],
    }),
  );
};

export const certificateTable = (
  reader: Reader,
  caption: string,
  certificates: CertificatePage['certificates'],
  profiles: readonly ProfileView[],
): Html => {
  const { t } = reader;
  if (certificates.length === 0) return html`<p>${t`There are no such certificates.`}</p>`;
  const titleOf = (id: string): string => {
    const profile = profiles.find((one) => one.id === id);
    return profile ? both(reader, profile.title) : id;
  };
  return table(
    caption,
    [
      t`Serial number`,
      t`Status`,
      t`Subject of the certificate`,
      t`Profile`,
      t`Holder (pseudonym)`,
      t`Office`,
      t`Valid until`,
    ],
    certificates.map((certificate) => [
      html`<a class="id" href="${addressOf(certificate)}">${certificate.serial}</a><br><span class="id">${certificate.ca}</span>`,
      html`${statusText(reader, certificate)}${certificate.revocation && html`<br>${time(reader, certificate.revocation.revocationTime)}`}`,
      html`<span class="person" lang="ja">${certificate.subject ?? '—'}</span>`,
      titleOf(certificate.profile),
      html`<span class="id">${certificate.holder ?? '—'}</span>`,
      certificate.office ?? '—',
      time(reader, certificate.notAfter),
    ]),
  );
};

export const countText = (
  { t }: Reader,
  { total, more: hasMore, certificates }: Pick<CertificatePage, 'total' | 'more' | 'certificates'>,
): string => {
  if (total === undefined) return t`${certificates.length} on this page`;
  return hasMore ? t`More than ${total}` : t`${total} in all`;
};

export const exportLinks = ({ t }: Reader, query: URLSearchParams): Html =>
  html`<p>${t`The whole list as a file, those that end soonest first:`}
<a href="${CERTIFICATES}/export.csv?${query}">${t`certificates as CSV`}</a>,
<a href="${CERTIFICATES}/export.xlsx?${query}">${t`certificates as an Excel file (XLSX)`}</a></p>`;
