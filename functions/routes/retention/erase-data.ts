import { ordering } from './ordering.ts';

export const route = ordering({
  id: 'eraseData',
  act: 'erasure',
  path: 'erasure',
  summary: 'Erase the data of a holder before the end of their month, by two operators',
  description:
    'Refused while a request of the holder is open, a certificate of the holder still counts, or a legal hold keeps the data. The rows go at once. The data of others that have the same keys are put under new ones, and then the task `retention` destroys the keys; a look then says until when copies may still be read.',
  faults: ['legal-hold'],
});
