import { loadIssuingWorks } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('recovery', loadIssuingWorks);
