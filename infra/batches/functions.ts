import { type RouteFunction, type TaskFunction, together } from '../lambda/grants.ts';
import {
  ADD_REQUEST_DATA,
  ADD_TO_BATCH,
  BATCH_ITEMS,
  CERTIFICATE_ITEMS,
  CHANGE_REQUEST_DATA,
  ISSUE_APART,
  KEEP_BATCH,
  REQUEST_ITEMS,
  STAGE,
} from '../lambda/personal-rows.ts';
import {
  ACTS_ON_HOLDERS,
  BASIS,
  BROUGHT_BACK,
  CERTIFY,
  DOOR,
  END,
  ENDS_OF_RECORDS,
  FIRST_ACTS_ON_PRINCIPALS,
  formOf,
  get,
  ISSUE,
  ISSUED,
  KEYS_OF_PRINCIPALS,
  LIST_CERTIFICATE,
  MOVE_REQUEST,
  OPENS,
  page,
  post,
  VERIFY,
} from '../lambda/rows.ts';

/*
 * Files of requests. The functions that callers reach take parts and acts, and ask for work by a message; two others do it. The one
 * that submits has no key of a CA and cannot sign an examination, and the one that examines cannot submit.
 */

const BATCHES = '/api/v1/batches';
const BATCH = `${BATCHES}/{batch}`;
const CONSOLE = '/console/batches';
const CONSOLE_BATCH = `${CONSOLE}/{batch}`;
const BATCH_PAGE = 'batches/batch-page';
const FILES = 'batches/file-pages';
const EXAMINATION = 'batches/examination-pages';
const ROWS = 'batches/row-pages';

/** What persons did with a file, and the lists of rows that their acts name. */
const ACTS_ON_BATCHES = 'outcomes/batch.*';
const LISTS_OF_ROWS = 'batches/*';
const READ_BATCH = { query: ['batch/*'], get: ['batch/*'] };

export const BATCH_ROUTES: readonly RouteFunction[] = [
  {
    id: 'batch-files',
    routes: [
      post('batches/create-batch', BATCHES),
      post('batches/put-batch-part', `${BATCH}/parts/{part}`),
      post('batches/check-batch', `${BATCH}/check`),
      post('batches/submit-batch', `${BATCH}/submission`),
      post('batches/replay-batch', `${BATCH}/replay`),
      post('batches/cancel-batch', `${BATCH}/cancellation`),
      page(FILES, 'newBatchPage', `${CONSOLE}/new`),
      ...formOf(FILES, 'announceBatchFile', `${CONSOLE}/new`),
      ...formOf(FILES, 'sendBatchPart', `${CONSOLE_BATCH}/parts/{part}`),
      ...formOf(BATCH_PAGE, 'checkBatchForm', `${CONSOLE_BATCH}/check`, 'batchCheckFormAddress'),
      ...formOf(BATCH_PAGE, 'submitBatchForm', `${CONSOLE_BATCH}/submission`, 'batchSubmissionFormAddress'),
      ...formOf(BATCH_PAGE, 'replayBatchForm', `${CONSOLE_BATCH}/replay`, 'batchReplayFormAddress'),
      ...formOf(
        BATCH_PAGE,
        'cancelBatchForm',
        `${CONSOLE_BATCH}/cancellation`,
        'batchCancellationFormAddress',
      ),
    ],
    doors: 'callers',
    part: 'rows',
    rows: together(DOOR, END, READ_BATCH, {
      // The files that the office has announced are counted.
      query: ['batches/office/*'],
      get: ['batch-files/*', 'batch-work'],
      put: ['batch/*', 'batch-files/*', 'batches', 'batches/*', 'batch-work'],
    }),
    personal: { rows: ADD_TO_BATCH, dataKeys: ['open', 'make'] },
    sessions: 'open',
    batchWork: 'ask',
    actKeys: { sign: ['submission'] },
    proofs: { read: [...VERIFY, LISTS_OF_ROWS], put: [ACTS_ON_BATCHES] },
  },
  {
    // Shows files and what became of them, and hands certificates and errors over.
    id: 'batches',
    routes: [
      get('batches/list-batches', BATCHES),
      get('batches/get-batch', BATCH),
      get('batches/list-batch-rows', `${BATCH}/rows`),
      page('batches/list-page', 'batchListPage', CONSOLE),
      page(FILES, 'batchTemplatePage', `${CONSOLE}/template/{profile}.csv`),
      page(FILES, 'watchBatch', `${CONSOLE_BATCH}/progress`),
      page(BATCH_PAGE, 'batchPage', CONSOLE_BATCH),
      page(ROWS, 'batchRowsPage', `${CONSOLE_BATCH}/rows`),
      page(EXAMINATION, 'batchExaminationPage', `${CONSOLE_BATCH}/examination`),
      ...formOf(EXAMINATION, 'previewBatchExaminationForm', `${CONSOLE_BATCH}/examination`),
      post('batches/collect-batch', `${BATCH}/collections`),
      get('batches/get-batch-collection', `${BATCH}/collections/{collection}.zip`),
      get('batches/get-batch-errors-as-csv', `${BATCH}/errors.csv`),
      get('batches/get-batch-errors-as-ndjson', `${BATCH}/errors.ndjson`),
      ...formOf(BATCH_PAGE, 'collectBatchForm', `${CONSOLE_BATCH}/collections`, 'batchCollectionFormAddress'),
      page('batches/collection-page', 'batchCollectionPage', `${CONSOLE_BATCH}/collections/{collection}.zip`),
      page(ROWS, 'batchErrorsAsCsvPage', `${CONSOLE_BATCH}/errors.csv`),
      page(ROWS, 'batchErrorsAsNdjsonPage', `${CONSOLE_BATCH}/errors.ndjson`),
    ],
    doors: 'callers',
    part: 'handing',
    rows: together(DOOR, END, READ_BATCH, {
      query: ['batches', 'batches/*'],
      get: ['request/*', 'certificates/*'],
      put: ['batch/*'],
    }),
    personal: { rows: { get: [BATCH_ITEMS, CERTIFICATE_ITEMS] }, dataKeys: ['open'] },
    sessions: 'open',
    handOver: true,
    actKeys: { sign: ['export'] },
    proofs: { read: [...VERIFY, ISSUED, LISTS_OF_ROWS] },
  },
  {
    // The examiner opens rows, and decides about the others together. Each request is examined by another function.
    id: 'batch-examining',
    routes: [
      post('batches/draw-batch-sample', `${BATCH}/samples`),
      post('batches/open-batch-row', `${BATCH}/rows/{row}/opening`),
      post('batches/examine-batch', `${BATCH}/examinations`),
      ...formOf(EXAMINATION, 'drawBatchSampleForm', `${CONSOLE_BATCH}/samples`, 'batchSampleFormAddress'),
      ...formOf(
        EXAMINATION,
        'examineBatchForm',
        `${CONSOLE_BATCH}/examinations`,
        'batchExaminationsFormAddress',
      ),
      ...formOf(ROWS, 'openBatchRowForm', `${CONSOLE_BATCH}/rows/{row}/opening`, 'rowOpeningFormAddress'),
    ],
    doors: 'callers',
    part: 'rows',
    // The rows of a large file are all looked at.
    slow: true,
    rows: together(DOOR, END, READ_BATCH, {
      query: ['requests/*'],
      get: ['request/*', 'batch-work'],
      put: ['batch/*', 'batch-work'],
    }),
    personal: { rows: together(ADD_TO_BATCH, { get: [REQUEST_ITEMS] }), dataKeys: ['open', 'make'] },
    sessions: 'open',
    batchWork: 'ask',
    actKeys: { sign: ['examination'] },
    proofs: { read: VERIFY, put: [ACTS_ON_BATCHES, LISTS_OF_ROWS] },
  },
];

const WORK = together(BASIS, { get: ['batch/*', 'batch-work'], put: ['batch/*'], delete: ['batch-work'] });

/** A person acts through these, by an act that proves it; so who it is says the newest act on the person. */
const ACTOR = DOOR;

export const BATCH_TASKS: readonly TaskFunction[] = [
  {
    // Reads files, checks and submits their rows, and withdraws them.
    id: 'batch-submissions',
    file: 'tasks/batch-submissions',
    environment: 'rows',
    rows: together(WORK, READ_BATCH, ACTOR, END, STAGE, MOVE_REQUEST, {
      get: ['used-keys/*', 'enrolled-holders/*', 'enrolled-principals/*', 'issued-to/*'],
      put: [
        'requests',
        'used-keys/*',
        'enrolled-holders/*',
        'enrolled-principal/*',
        'enrolled-principals/*',
        'issued-to/*',
      ],
      query: ['requests/tenant/*', 'trust-domain-withdrawn'],
      delete: ['used-keys/*'],
    }),
    personal: {
      rows: together(ADD_REQUEST_DATA, CHANGE_REQUEST_DATA, KEEP_BATCH),
      dataKeys: ['open', 'make'],
    },
    batchWork: 'submissions',
    actKeys: { sign: ['submission', 'holder'] },
    proofs: {
      read: [...CERTIFY, LISTS_OF_ROWS],
      put: [ENDS_OF_RECORDS, FIRST_ACTS_ON_PRINCIPALS, ACTS_ON_HOLDERS],
    },
  },
  {
    // Examines each request as the examiner decided, and issues what the centre approves.
    id: 'batch-examinations',
    file: 'tasks/batch-examinations',
    environment: 'issuing',
    rows: together(WORK, ACTOR, MOVE_REQUEST, ISSUE, LIST_CERTIFICATE, END, OPENS, {
      delete: ['used-keys/*'],
    }),
    personal: {
      rows: together(CHANGE_REQUEST_DATA, ISSUE_APART, ADD_TO_BATCH),
      dataKeys: ['open', 'make'],
    },
    batchWork: 'examinations',
    caKeys: 'sign',
    actKeys: { sign: ['examination', 'issuance'] },
    proofs: {
      read: [...CERTIFY, BROUGHT_BACK, LISTS_OF_ROWS],
      put: [ENDS_OF_RECORDS, 'issued/*', KEYS_OF_PRINCIPALS],
    },
  },
  {
    id: 'scheduled-batches',
    file: 'tasks/batch-reminder',
    environment: 'rows',
    everyMinutes: 5,
    rows: { query: ['batch-work'] },
    batchWork: 'ask',
  },
];
