import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import type { ListedCertificate } from '../../../lib/authority/authority.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { listedBy, listPage, provideList } from '../../http/lists.ts';
import type { Told } from '../../http/provide.ts';
import { certificateView, principalId, tenantId, time } from '../../http/schemas.ts';

/* What the list of certificates, the search through them and the files of them have in common. */

export const certificateFilter = {
  office: listedBy.office,
  tenant: tenantId.exactOptional().meta({
    description:
      'Where there are several tenants, principals of the service name one, or an office, a holder or an officer.',
  }),
  profile: listedBy.profile,
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

export const certificatePage = listPage('A page. It may be shorter than `limit` and still have a cursor.', {
  certificates: z.array(certificateView.omit({ pem: true })),
});

export const tellCertificates = (shown: readonly ListedCertificate[]) => ({
  certificates: shown.map(({ ca, serial }) => ({ ca, serial })),
  // Where no sub-office asked, that is no request's id.
  requests: shown.flatMap(({ office, request }) => (office === undefined ? [] : [request])),
});

export const provideCertificates = (
  app: Pick<App, 'ledger'>,
  caller: Principal,
  page: Awaited<ReturnType<App['authority']['list']>>,
  asked: Pick<Told, 'method' | 'provided'>,
): Promise<HttpResponse> =>
  provideList(app, caller, page, page.certificates, {
    channel: 'certificate',
    tell: tellCertificates,
    ...asked,
  });
