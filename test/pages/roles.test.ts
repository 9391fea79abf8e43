import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../functions/pages/pages.ts';
import { csvFile, newRows, termsOf } from '../batches/files.ts';
import { issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { type Browser, type ServedPages, servePages } from './served-pages.ts';

/*
 * Who sees which page, and whose form is taken, written by hand: a page that is missing here or open to more roles fails. A form is
 * sent empty, so that the right role gets a fault of the input.
 */

const WHO = {
  officer: 'higashi-counter',
  operator: 'operator-noda',
  auditor: 'auditor',
  relyingParty: 'tax-portal',
} as const;
type Who = keyof typeof WHO | 'nobody';

/** `page`: shown. `form`: taken, and found lacking. `to`: led on. `no`: refused for the role. `out`: has to sign in. */
type Outcome = 'page' | 'form' | 'to' | 'no' | 'out';
type Row = Readonly<Record<Who, Outcome>>;

const everybody = (outcome: Outcome): Row => ({
  nobody: outcome,
  officer: outcome,
  operator: outcome,
  auditor: outcome,
  relyingParty: outcome,
});
const only = (roles: Partial<Row>): Row => ({ ...everybody('no'), nobody: 'out', ...roles });
const READERS = only({ officer: 'page', operator: 'page', auditor: 'page' });
const LED_ON = only({ officer: 'to', operator: 'to', auditor: 'to' });
const SEARCHERS = only({ officer: 'form', operator: 'form', auditor: 'form' });
const OFFICE_FORM = only({ officer: 'form', operator: 'form' });

const EXPECTED: Readonly<Record<string, Row>> = {
  asset: everybody('page'),
  frontPage: everybody('page'),
  certificateStatusPage: everybody('page'),
  certificateStatusForm: everybody('form'),
  authoritiesPage: everybody('page'),
  transparencyPage: everybody('page'),
  signInPage: everybody('page'),
  signIn: everybody('out'),
  useOneTimeAddress: everybody('out'),
  homePage: { ...everybody('page'), nobody: 'out' },
  sessionsPage: { ...everybody('page'), nobody: 'out' },
  // The officer is not the responsible person.
  endOfficersSessionsForm: only({}),
  officersSessionsFormAddress: { ...everybody('to'), nobody: 'out' },
  requestListPage: READERS,
  searchRequestsForm: SEARCHERS,
  requestSearchFormAddress: LED_ON,
  newRequestPage: only({ officer: 'page' }),
  newRequestFormPage: only({ officer: 'page' }),
  previewRequestForm: only({ officer: 'form' }),
  previewFormAddress: only({ officer: 'to' }),
  submitRequestForm: only({ officer: 'form' }),
  submissionFormAddress: only({ officer: 'to' }),
  requestPage: READERS,
  examineRequestForm: OFFICE_FORM,
  examinationFormAddress: LED_ON,
  withdrawRequestForm: only({ officer: 'form' }),
  requestWithdrawalFormAddress: LED_ON,
  collectCertificatePage: only({ officer: 'page' }),
  batchListPage: READERS,
  newBatchPage: only({ officer: 'page' }),
  batchTemplatePage: only({ officer: 'page' }),
  batchPage: READERS,
  watchBatch: READERS,
  batchRowsPage: READERS,
  batchErrorsAsCsvPage: READERS,
  batchErrorsAsNdjsonPage: READERS,
  checkBatchForm: only({ officer: 'form' }),
  batchCheckFormAddress: LED_ON,
  submitBatchForm: only({ officer: 'form' }),
  batchSubmissionFormAddress: LED_ON,
  // An operator tries again what the own examination has set aside.
  replayBatchForm: only({ officer: 'form' }),
  batchReplayFormAddress: LED_ON,
  // The office that sent the file cancels it.
  cancelBatchForm: only({ officer: 'form' }),
  batchCancellationFormAddress: LED_ON,
  batchExaminationPage: only({ officer: 'page', operator: 'page' }),
  previewBatchExaminationForm: OFFICE_FORM,
  drawBatchSampleForm: OFFICE_FORM,
  batchSampleFormAddress: only({ officer: 'to', operator: 'to' }),
  openBatchRowForm: OFFICE_FORM,
  rowOpeningFormAddress: only({ officer: 'to', operator: 'to' }),
  examineBatchForm: OFFICE_FORM,
  batchExaminationsFormAddress: only({ officer: 'to', operator: 'to' }),
  collectBatchForm: OFFICE_FORM,
  batchCollectionFormAddress: LED_ON,
  batchCollectionPage: OFFICE_FORM,
  certificateListPage: READERS,
  searchCertificatesForm: SEARCHERS,
  searchCertificatesPage: READERS,
  // Principals of the service have to say whose certificates they mean.
  certificatesAsCsvPage: only({ officer: 'page', operator: 'form', auditor: 'form' }),
  certificatesAsXlsxPage: only({ officer: 'page', operator: 'form', auditor: 'form' }),
  certificatePage: READERS,
  revokeCertificateForm: OFFICE_FORM,
  holdCertificateForm: OFFICE_FORM,
  releaseCertificateForm: OFFICE_FORM,
  withdrawRevocationForm: only({ operator: 'form' }),
  revocationFormAddress: LED_ON,
  holdFormAddress: LED_ON,
  releaseFormAddress: LED_ON,
  withdrawalFormAddress: LED_ON,
  authorityStatesPage: only({ operator: 'page' }),
  publishCrlForm: only({ operator: 'to' }),
  publishCrlFormAddress: only({ operator: 'to' }),
  provisionsPage: only({ auditor: 'page' }),
  exportProvisionsPage: only({ auditor: 'page' }),
  provisionsAsCsvPage: only({ auditor: 'page' }),
  provisionsAsNdjsonPage: only({ auditor: 'page' }),
  recordPage: only({ auditor: 'page' }),
  recordProofPage: only({ auditor: 'page' }),
};

/** They end or begin a session (sessions.test.ts), or take what a script sends (batches.test.ts), and have tests of their own. */
const ELSEWHERE = [
  'signOut',
  'makeOneTimeAddress',
  'endOwnSessionsForm',
  'announceBatchFile',
  'sendBatchPart',
];

const all = pages.filter(({ id }) => !ELSEWHERE.includes(id));
const folder = temporaryFolder();
let service: ServedPages;
let params: Readonly<Record<string, string>>;
const browsers = {} as Record<Who, Browser>;

beforeAll(async () => {
  service = await servePages(folder.path);
  const { id, certificate } = await issueThroughOffice(
    service,
    'person-authentication',
    opensslRequest(folder.path, 'roles'),
  );
  const { batch } = await service.app.batches.create(
    service.principal(WHO.officer),
    termsOf(csvFile(await newRows(1))),
  );
  const { records } = await service.app.ledger.query({ kind: 'issuance', limit: 1 });
  while ((await service.core.sequencer.sequence()).leaves > 0);
  params = {
    id,
    ...certificate,
    record: records[0]?.id ?? '',
    name: 'style.css',
    profile: 'person-authentication',
    partition: 'full',
    ticket: 'x',
    batch: batch.id,
    row: '1',
    collection: '1',
  };
  browsers.nobody = await service.browser();
  for (const [who, id] of Object.entries(WHO)) browsers[who as Who] = await service.browser(id);
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const addressOf = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent((path.includes('/records/') ? params.record : params[name]) ?? ''),
  );

const outcomeOf = (method: string, status: number, text: string): Outcome | string => {
  if (status === 303 || status === 302) return 'to';
  if (status === 401 || (method === 'POST' && /You are signed out; nothing was done/.test(text)))
    return 'out';
  if (status === 403) return 'no';
  if (status >= 400 && status < 500) return 'form';
  return status === 200 ? 'page' : `${status}`;
};

describe('every page and form', () => {
  it('has its row', () => {
    expect(all.map(({ id }) => id).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(all.map((route) => [route.id, route] as const))('%s', async (id, { method, path }) => {
    const row = EXPECTED[id] as Row;
    const found: Partial<Record<Who, string>> = {};
    for (const who of Object.keys(row) as Who[]) {
      const browser = browsers[who];
      const address = addressOf(path);
      const shown = method === 'GET' ? await browser.get(address) : await browser.post(address, {});
      found[who] = outcomeOf(method, shown.status, shown.text);
    }
    expect(found).toEqual(row);
  });
});
