import { html } from 'hono/html';
import type { RequestView } from '../../../lib/registration/registration.ts';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import { examinationForm, requestMain, withdrawalForm } from '../../../web/console/request.ts';
import { notice, type View } from '../../../web/document.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as collectCertificate } from '../../routes/requests/collect-certificate.ts';
import { route as examineRequest } from '../../routes/requests/examine-request.ts';
import { route as getRequest } from '../../routes/requests/get-request.ts';
import { route as listProfiles } from '../../routes/requests/list-profiles.ts';
import { route as withdrawRequest } from '../../routes/requests/withdraw-request.ts';
import { asFile } from '../answer.ts';
import { type Labels, labelled } from '../failure.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import type { OwnVisit, Visit } from '../visit.ts';

const READERS = ['officer', 'operator', 'auditor'] as const;

export const profilesFor = async (visit: OwnVisit): Promise<readonly ProfileView[]> =>
  visit.may(listProfiles)
    ? (await visit.ask<{ readonly profiles: readonly ProfileView[] }>(listProfiles)).profiles
    : [];

const OPEN = ['submitted', 'examined-once', 'examined'] as const;

/** Whether the step that the request waits for is one of this person's. The operation decides; a page offers nothing in vain. */
const mayExamine = ({ caller }: OwnVisit, { state, submittedBy, examinations }: RequestView): boolean => {
  if (submittedBy === caller.id || examinations.some(({ by }) => by === caller.id)) return false;
  if (caller.role === 'operator') return state === 'examined';
  const duties = caller.duties ?? [];
  return (
    (state === 'submitted' && duties.includes('examine')) ||
    (state === 'examined-once' && duties.includes('approve'))
  );
};

/** Anybody can write an address: the notice is shown only where the request says the same. */
const doneText = ({ reader: { t }, caller, query }: OwnVisit, request: RequestView): string | undefined => {
  const done = query.get('done');
  const { state, examinations, submittedBy } = request;
  const isOwn = (decision: string): boolean =>
    examinations.some((one) => one.by === caller.id && one.decision === decision);
  if (done === 'approved' && isOwn('approve')) return t`The request was approved.`;
  if (done === 'rejected' && state === 'rejected') return t`The request was rejected.`;
  if (done === 'withdrawn' && state === 'withdrawn') return t`The request was withdrawn.`;
  return done === 'submitted' && submittedBy === caller.id ? t`The request was submitted.` : undefined;
};

export const requestPage = ownPage(
  { id: 'requestPage', path: '/console/requests/{id}', summary: 'A request' },
  READERS,
  async (visit): Promise<View> => {
    const { reader, params, caller } = visit;
    const request = await visit.ask<RequestView>(getRequest, { params: { id: params.id ?? '' } });
    const profiles = await profilesFor(visit);
    const isOpen = OPEN.some((state) => state === request.state);
    const done = doneText(visit, request);
    return {
      title: reader.t`Request`,
      main: html`${done && notice(done)}${requestMain(
        reader,
        request,
        profiles.find(({ id }) => id === request.profile),
        {
          examine: visit.may(examineRequest) && mayExamine(visit, request),
          withdraw: visit.may(withdrawRequest) && caller.role === 'officer' && isOpen,
          collect: visit.may(collectCertificate) && request.certificate !== undefined,
        },
      )}`,
    };
  },
);

const labelsOf = ({ t }: Reader): Labels => ({ 'body.reason': t`Reason` });

const addressOf = (id: string, done: string): string =>
  `/console/requests/${encodeURIComponent(id)}?done=${done}`;

const backTo = ({ t }: Reader, id: string) =>
  html`<p><a href="/console/requests/${encodeURIComponent(id)}">${t`Back to the request`}</a></p>`;

const placeOf = ({ params: { id = '' } }: Visit): string => `/console/requests/${encodeURIComponent(id)}`;

const EXAMINATIONS = '/console/requests/{id}/examinations';
const WITHDRAWAL = '/console/requests/{id}/withdrawal';

export const examinationFormAddress = formAddress('examinationFormAddress', EXAMINATIONS, READERS, placeOf);
export const requestWithdrawalFormAddress = formAddress(
  'requestWithdrawalFormAddress',
  WITHDRAWAL,
  READERS,
  placeOf,
);

export const examineRequestForm = ownForm(
  { id: 'examineRequestForm', path: EXAMINATIONS, summary: 'Examine a request' },
  ['officer', 'operator'],
  async (visit, { filled: { decision, reason = '' } }) => {
    const id = visit.params.id ?? '';
    const said = reason.trim() === '' ? {} : { reason };
    const asked = visit.ask(examineRequest, { params: { id }, body: { decision, ...said } });
    await labelled(labelsOf(visit.reader), asked);
    return { to: addressOf(id, decision === 'approve' ? 'approved' : 'rejected') };
  },
  ({ reader, params: { id = '' } }, { filled }) => ({
    title: reader.t`Examine`,
    main: html`${examinationForm(reader, id, filled.reason)}${backTo(reader, id)}`,
  }),
);

export const withdrawRequestForm = ownForm(
  { id: 'withdrawRequestForm', path: WITHDRAWAL, summary: 'Withdraw a request' },
  ['officer'],
  async (visit, { filled: { reason = '' } }) => {
    const id = visit.params.id ?? '';
    await labelled(labelsOf(visit.reader), visit.ask(withdrawRequest, { params: { id }, body: { reason } }));
    return { to: addressOf(id, 'withdrawn') };
  },
  ({ reader, params: { id = '' } }, { filled }) => ({
    title: reader.t`Withdraw`,
    main: html`${withdrawalForm(reader, id, filled.reason)}${backTo(reader, id)}`,
  }),
);

export const collectCertificatePage = ownPage(
  {
    id: 'collectCertificatePage',
    path: '/console/requests/{id}/certificate.pem',
    summary: 'The certificate of a request, to be saved',
  },
  ['officer'],
  async (visit) => {
    const { id = '' } = visit.params;
    return asFile(await visit.perform(collectCertificate, { params: { id } }), `${id}.pem`);
  },
);
