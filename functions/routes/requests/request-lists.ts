import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import type { Principal } from '../../../lib/principal.ts';
import { REQUEST_STATES, type RequestView } from '../../../lib/registration/registration.ts';
import type { HttpResponse } from '../../http/http.ts';
import { listedBy, listPage, provideList } from '../../http/lists.ts';
import type { Told } from '../../http/provide.ts';
import { principalId, requestView } from '../../http/schemas.ts';

/* What the list of requests, the search through them and the files of them have in common. */

export const requestFilter = {
  office: listedBy.office,
  state: z.enum(REQUEST_STATES).exactOptional().meta({
    description:
      'The state in which the requests are now. `submitted` and `examined-once` wait for the office, `examined` for the centre.',
  }),
  profile: listedBy.profile,
  holder: principalId.exactOptional().meta({ description: 'The pseudonym of whom the request is about.' }),
  issuedTo: principalId
    .exactOptional()
    .meta({ description: 'The officer to whom the office gives the certificate.' }),
  submittedBy: principalId.exactOptional().meta({ description: 'The officer who submitted it.' }),
};

export const requestPage = listPage('A page.', { requests: z.array(requestView) });

export const tellRequests = (shown: readonly RequestView[]) => ({
  certificates: shown.flatMap(({ certificate }) => certificate ?? []),
  requests: shown.map(({ id }) => id),
});

export const provideRequests = (
  app: Pick<App, 'ledger'>,
  caller: Principal,
  page: Awaited<ReturnType<App['registration']['list']>>,
  asked: Pick<Told, 'method' | 'provided'>,
): Promise<HttpResponse> =>
  provideList(app, caller, page, page.requests, { channel: 'requests', tell: tellRequests, ...asked });
