import { BATCHES } from '../../../web/console/batch-list.ts';
import { route as getBatchCollection } from '../../routes/batches/get-batch-collection.ts';
import { ownPage } from '../page.ts';
import { idIn } from './batch-page.ts';

export const batchCollectionPage = ownPage(
  {
    id: 'batchCollectionPage',
    path: `${BATCHES}/{batch}/collections/{collection}.zip`,
    summary: 'The certificates of a collection, to be saved',
  },
  ['officer', 'operator'],
  (visit) =>
    visit.perform(getBatchCollection, {
      params: { batch: idIn(visit), collection: visit.params.collection ?? '' },
    }),
);
