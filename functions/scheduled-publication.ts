import { loadSigningWorks } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('publication', loadSigningWorks);
