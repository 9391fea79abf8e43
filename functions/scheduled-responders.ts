import { loadRenewingWorks } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('responders', loadRenewingWorks);
