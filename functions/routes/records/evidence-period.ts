import { utc } from '../../http/schemas.ts';

/** Query parameters that both forms of evidence take. */
export const evidencePeriod = {
  from: utc.meta({ description: 'The earliest time, inclusive.' }),
  to: utc.meta({ description: 'The latest time, exclusive.' }),
};
