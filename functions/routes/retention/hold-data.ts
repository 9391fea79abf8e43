import { ordering } from './ordering.ts';

export const route = ordering({
  id: 'holdData',
  act: 'hold',
  path: 'hold',
  summary: 'Keep the data of a holder beyond the end of their month, by two operators',
  description:
    'A legal hold lasts until two operators release it. Where one keeps the data already, the answer says under which reference, and nothing changes.',
  faults: [],
});
