import { time } from '../../http/schemas.ts';

/** Query parameters of both forms of evidence. */
export const evidencePeriod = {
  from: time.meta({ description: 'The earliest time, inclusive.' }),
  to: time.meta({ description: 'The latest time, exclusive.' }),
};
