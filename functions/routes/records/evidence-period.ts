import { utc } from '../../http/schemas.ts';

/** Query parameters of both forms of evidence. */
export const evidencePeriod = {
  from: utc.meta({ description: 'The earliest time, inclusive.' }),
  to: utc.meta({ description: 'The latest time, exclusive.' }),
};
