import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import type { ListedCertificate } from '../../../lib/authority/authority.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../../../lib/ledger/ledger.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { provide, type Told, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import {
  certificateView,
  officeId,
  pageLimit,
  principalId,
  profileId,
  tenantId,
  time,
} from '../../http/schemas.ts';

/* What the list of certificates, the search through them and the files of them have in common. */

/** A record names as many certificates, each with its request. */
export const CERTIFICATES_PER_RECORD = Math.floor(MAX_CERTIFICATES_PER_RECORD / 2);

export const certificateFilter = {
  office: officeId
    .exactOptional()
    .meta({ description: "A sub-office's id; for officers the own one, or one of its predecessors." }),
  tenant: tenantId.exactOptional().meta({
    description:
      'Where there are several tenants, principals of the service name one, or an office, a holder or an officer.',
  }),
  profile: profileId.exactOptional().meta({ description: 'The id of the profile.' }),
  holder: principalId
    .exactOptional()
    .meta({ description: 'The pseudonym of whom the certificate is about.' }),
  issuedTo: principalId
    .exactOptional()
    .meta({ description: 'The officer to whom the office gave the certificate.' }),
  status: z.enum(['good', 'hold', 'revoked', 'expired']).exactOptional().meta({
    description: 'As OCSP gives it; `expired` where it was neither revoked nor on hold at its end.',
  }),
  expiresFrom: time.exactOptional().meta({ description: 'Certificates that end then or later.' }),
  expiresTo: time.exactOptional().meta({ description: 'Certificates that end before then.' }),
};

/** Two records have room for every certificate on the page, and for its request. */
export const certificatePageLimit = pageLimit(50, 20);

export const certificatePage = {
  200: {
    description: 'A page. It may be shorter than `limit` and still have a cursor.',
    headers: namesRecord,
    schema: z.object({
      certificates: z.array(certificateView.omit({ pem: true })),
      cursor: z.string().exactOptional(),
      total: z.int().exactOptional().meta({
        description:
          'How many there are, where it was asked for and one list holds them. At most 1,000; then `more` says that there are more.',
      }),
      more: z.literal(true).exactOptional(),
      predecessors: z.array(z.string()).exactOptional().meta({
        description: "Offices that ended and whose affairs the officer's own office has taken over.",
      }),
    }),
  },
};

export const tellCertificates = (shown: readonly ListedCertificate[]) => ({
  certificates: shown.map(({ ca, serial }) => ({ ca, serial })),
  // Where no sub-office asked, that is no request's id.
  requests: shown.flatMap(({ office, request }) => (office === undefined ? [] : [request])),
});

/** To an officer the room has refused any office but the own and its predecessors. Faults: `unknown-office`, `invalid-input`. */
export const assertNamed = (
  { names }: Pick<App, 'names'>,
  caller: Principal,
  { office, tenant }: { readonly office?: string; readonly tenant?: string },
): Promise<void> =>
  names.assertKnown(caller, {
    ...(office !== undefined && { office }),
    ...(tenant !== undefined && { tenant }),
  });

type Page = Awaited<ReturnType<App['authority']['list']>>;

/** `provided` says what was asked for, and never a text that was searched for. */
export const providePage = (
  { ledger }: Pick<App, 'ledger'>,
  caller: Principal,
  page: Page,
  { method, provided }: Pick<Told, 'method' | 'provided'>,
): Promise<HttpResponse> => {
  const tell = (shown: readonly ListedCertificate[]): Told => ({
    channel: 'certificate',
    method,
    ...tellCertificates(shown),
    provided,
    count: shown.length,
  });
  const { predecessors } = caller;
  return provide(
    ledger,
    caller,
    { ...page, ...(predecessors && { predecessors }) },
    ...toldByTenant(page.certificates, ({ tenant }) => tenant, tell, CERTIFICATES_PER_RECORD),
  );
};
