import { loadRowsWorks } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('retention', loadRowsWorks);
