import { loadRenewing } from './aws.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('responders', loadRenewing);
