import { loadPublishedWorks } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('retention', loadPublishedWorks);
