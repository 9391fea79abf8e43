import { html } from 'hono/html';
import type { CertificatePage } from '../../../lib/authority/authority.ts';
import { Fault } from '../../../lib/fault.ts';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import {
  CERTIFICATES,
  certificateFilter,
  certificateTable,
  countText,
  exportLinks,
  SEARCH,
} from '../../../web/console/certificate-list.ts';
import { nextFound, searchForm } from '../../../web/console/search.ts';
import { type Html, more, type View } from '../../../web/document.ts';
import type { Filled } from '../../../web/forms.ts';
import { PROBLEMS } from '../../http/problems.ts';
import { route as exportAsCsv } from '../../routes/certificates/export-certificates-as-csv.ts';
import { route as exportAsXlsx } from '../../routes/certificates/export-certificates-as-xlsx.ts';
import { route as listCertificates } from '../../routes/certificates/list-certificates.ts';
import { route as searchCertificates } from '../../routes/certificates/search-certificates.ts';
import { problemAlert } from '../failure.ts';
import { ownForm } from '../form.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import type { OwnVisit } from '../visit.ts';
import { endOfDay, readGivenTime } from './given-time.ts';

const READERS = ['officer', 'operator', 'auditor'] as const;

/** Both operations take these. */
const NAMES = ['office', 'tenant', 'profile', 'holder', 'issuedTo', 'status'] as const;
const DAYS = ['expiresFrom', 'expiresTo'] as const;

const chosenIn = (query: URLSearchParams, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])));

/** A day that cannot be read goes to the operation as it is, which says what is wrong with it. */
const filterOf = (query: URLSearchParams): Record<string, string> => {
  const { expiresFrom, expiresTo, ...names } = chosenIn(query, [...NAMES, ...DAYS]);
  return {
    ...names,
    ...(expiresFrom !== undefined && { expiresFrom: readGivenTime(expiresFrom) ?? expiresFrom }),
    ...(expiresTo !== undefined && { expiresTo: endOfDay(expiresTo) ?? expiresTo }),
  };
};

const listed = (visit: OwnVisit, page: CertificatePage, profiles: readonly ProfileView[]): Html => {
  const { reader, query } = visit;
  const kept = new URLSearchParams(chosenIn(query, [...NAMES, ...DAYS, 'order']));
  return html`${certificateTable(reader, countText(reader, page), page.certificates, profiles)}
${more(reader, CERTIFICATES, kept, page.cursor)}
${exportLinks(reader, new URLSearchParams(chosenIn(query, [...NAMES, ...DAYS])))}`;
};

/** Another choice mends it. */
const isMendable = (error: unknown): error is Fault => Fault.is(error) && PROBLEMS[error.code].status < 500;

/** Principals of the service see several tenants, and have to say whose certificates they mean. */
const isToBeNamed = ({ facts }: Fault): boolean => facts.path === 'tenant';

export const certificateListPage = ownPage(
  { id: 'certificateListPage', path: CERTIFICATES, summary: 'Certificates' },
  READERS,
  async (visit): Promise<View> => {
    const { reader, query, caller } = visit;
    const { t } = reader;
    const profiles = await profilesFor(visit);
    const chosen = chosenIn(query, [...NAMES, ...DAYS, 'order']);
    const top = html`${searchForm(reader, SEARCH, caller, {})}
<h2>${t`List of certificates`}</h2>
<p class="hint">${t`Without a choice: certificates that have not ended.`}</p>
${certificateFilter(reader, caller, chosen, profiles)}`;
    const title = t`Certificates`;
    try {
      const page = await visit.ask<CertificatePage>(listCertificates, {
        query: { ...filterOf(query), ...chosenIn(query, ['order', 'cursor']), count: 'true' },
      });
      return { title, main: html`${top}${listed(visit, page, profiles)}` };
    } catch (error) {
      if (!isMendable(error)) throw error;
      if (isToBeNamed(error))
        return { title, main: html`${top}<p>${t`Name an office, a tenant or a holder, to see a list.`}</p>` };
      const { status } = PROBLEMS[error.code];
      return { title, status, main: html`${problemAlert(reader, error)}${top}` };
    }
  },
);

/** Officers search in their own office where the form names none. */
const searchedIn = ({ caller }: OwnVisit, { within }: Filled): { readonly office?: string } => {
  const office = within || caller.office;
  return office === undefined ? {} : { office };
};

export const searchCertificatesForm = ownForm(
  { id: 'searchCertificatesForm', path: SEARCH, summary: 'Search certificates by name' },
  READERS,
  async (visit, { filled }): Promise<View> => {
    const { reader, caller } = visit;
    const { text = '', cursor } = filled;
    const page = await visit.ask<CertificatePage>(searchCertificates, {
      body: { text, ...searchedIn(visit, filled), ...(cursor !== undefined && { cursor }) },
    });
    return {
      title: reader.t`Certificates found`,
      main: html`${searchForm(reader, SEARCH, caller, filled)}
${certificateTable(reader, countText(reader, page), page.certificates, await profilesFor(visit))}
${page.cursor !== undefined && nextFound(reader, SEARCH, filled, page.cursor)}
<p><a href="${CERTIFICATES}">${reader.t`All certificates`}</a></p>`,
    };
  },
  ({ reader }, { filled }) => ({
    title: reader.t`Certificates`,
    main: searchForm(reader, SEARCH, reader.principal, filled),
  }),
);

export const searchCertificatesPage = ownPage(
  { id: 'searchCertificatesPage', path: SEARCH, summary: 'Search certificates by name' },
  READERS,
  async ({ reader, caller }): Promise<View> => ({
    title: reader.t`Certificates`,
    main: searchForm(reader, SEARCH, caller, {}),
  }),
);

const exportPage = (id: string, format: 'csv' | 'xlsx', route: typeof exportAsCsv) =>
  ownPage(
    {
      id,
      path: `${CERTIFICATES}/export.${format}`,
      summary: `Certificates in one file (${format.toUpperCase()})`,
    },
    READERS,
    (visit) => visit.perform(route, { query: filterOf(visit.query) }),
  );

export const certificatesAsCsvPage = exportPage('certificatesAsCsvPage', 'csv', exportAsCsv);
export const certificatesAsXlsxPage = exportPage('certificatesAsXlsxPage', 'xlsx', exportAsXlsx);
