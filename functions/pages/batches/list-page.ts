import { html } from 'hono/html';
import {
  BATCHES,
  batchFilter,
  batchTable,
  NEW_BATCH,
  type SaidBatch,
} from '../../../web/console/batch-list.ts';
import { more, type View } from '../../../web/document.ts';
import { route as createBatch } from '../../routes/batches/create-batch.ts';
import { route as listBatches } from '../../routes/batches/list-batches.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';

interface BatchPage {
  readonly batches: readonly SaidBatch[];
  readonly cursor?: string;
}

export const batchListPage = ownPage(
  { id: 'batchListPage', path: BATCHES, summary: 'Files of requests' },
  ['officer', 'operator', 'auditor'],
  async (visit): Promise<View> => {
    const { reader, query, caller } = visit;
    const { t } = reader;
    const asked = ['office', 'cursor'].flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value] as const] : [];
    });
    const { batches, cursor } = await visit.ask<BatchPage>(listBatches, { query: Object.fromEntries(asked) });
    const office = query.get('office') ?? '';
    return {
      title: t`Batches`,
      main: html`<p>${t`A batch is a file with many requests. They are checked, submitted and examined together, and their certificates are collected together.`}</p>
${visit.may(createBatch) && html`<p><a class="button" href="${NEW_BATCH}">${t`Send a file of requests`}</a></p>`}
${batchFilter(reader, caller, { office })}
${
  batches.length === 0
    ? html`<p>${t`There are no such batches.`}</p>`
    : batchTable(reader, t`Newest first`, batches, await profilesFor(visit))
}
${more(reader, BATCHES, query, cursor)}`,
    };
  },
);
