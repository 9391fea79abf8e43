import { ordering } from './ordering.ts';

export const route = ordering({
  id: 'releaseData',
  act: 'release',
  path: 'release',
  summary: 'Release a legal hold, by two operators',
  description: 'The data of the holder then end with their month; what is over ends with the current month.',
  faults: [],
});
