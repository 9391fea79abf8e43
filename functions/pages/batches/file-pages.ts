import { MAX_PART_BYTES, MAX_PARTS } from '../../../lib/batches/batches.ts';
import { MAX_ROWS, templateOf } from '../../../lib/bulk/bulk.ts';
import { Fault } from '../../../lib/fault.ts';
import { batchFileView } from '../../../web/console/batch-file.ts';
import { BATCHES, NEW_BATCH, type SaidBatch } from '../../../web/console/batch-list.ts';
import { underWay } from '../../../web/console/batch-progress.ts';
import { MAX_JSON_BYTES } from '../../http/route.ts';
import { route as createBatch } from '../../routes/batches/create-batch.ts';
import { route as getBatch } from '../../routes/batches/get-batch.ts';
import { route as putBatchPart } from '../../routes/batches/put-batch-part.ts';
import { asFile } from '../answer.ts';
import { labelled } from '../failure.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import { scriptAsks, scriptSends } from '../scripted.ts';

/* A file of requests on its way to the service: its page, and the addresses that the page's script sends to. */

const SENDERS = ['officer'] as const;

const LIMITS = { rows: MAX_ROWS, parts: MAX_PARTS, partBytes: MAX_PART_BYTES };

export const newBatchPage = ownPage(
  { id: 'newBatchPage', path: NEW_BATCH, summary: 'Choose a file of requests' },
  SENDERS,
  async (visit) => batchFileView(visit.reader, await profilesFor(visit), LIMITS),
);

export const batchTemplatePage = ownPage(
  {
    id: 'batchTemplatePage',
    path: `${BATCHES}/template/{profile}.csv`,
    summary: 'An empty file of requests with the columns of a profile',
  },
  SENDERS,
  async (visit) => {
    const found = (await profilesFor(visit)).find(({ id }) => id === visit.params.profile);
    if (found === undefined)
      throw new Fault('unknown-profile', 'Your office may not ask for certificates of such a profile.');
    const { language } = visit.reader;
    const body = templateOf(found, language);
    return asFile(
      { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body },
      `akashi-${found.id}-${language}.csv`,
    );
  },
);

export const announceBatchFile = scriptSends(
  { id: 'announceBatchFile', path: NEW_BATCH, summary: 'Announce a file of requests' },
  SENDERS,
  { contentType: 'application/json', maxBytes: MAX_JSON_BYTES },
  async (visit) => {
    const { t } = visit.reader;
    const labels = { 'body.profile': t`Profile`, 'body.format': t`Format`, 'body.encoding': t`Encoding` };
    const asked = visit.ask<SaidBatch>(createBatch, { body: visit.request.body });
    const { id, missing = [] } = await labelled(labels, asked);
    return { id, missing };
  },
);

export const sendBatchPart = scriptSends(
  {
    id: 'sendBatchPart',
    path: `${BATCHES}/{batch}/parts/{part}`,
    summary: 'Send a part of a file of requests',
  },
  SENDERS,
  { contentType: 'application/octet-stream', maxBytes: MAX_PART_BYTES },
  async (visit) => {
    const { batch = '', part = '' } = visit.params;
    await visit.perform(putBatchPart, { params: { batch, part }, body: visit.request.body });
    return {};
  },
);

export const watchBatch = scriptAsks(
  { id: 'watchBatch', path: `${BATCHES}/{batch}/progress`, summary: 'How far a batch is' },
  ['officer', 'operator', 'auditor'],
  async (visit) => {
    const { batch = '' } = visit.params;
    const now = underWay(await visit.ask<SaidBatch>(getBatch, { params: { batch } }));
    return now === undefined ? { isOver: true } : { isOver: false, done: now.done, rows: now.rows };
  },
);
