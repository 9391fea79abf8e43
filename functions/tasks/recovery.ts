import { loadIssuingCore } from '../lambda/parts.ts';
import { scheduled } from './scheduled.ts';

export const handler = scheduled('recovery', loadIssuingCore);
