import { personalData } from '../lambda/function-ports.ts';
import { loadFollowingCore } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { scheduled } from './scheduled.ts';

export const handler = taskPipeline(scheduled('closings', () => loadFollowingCore(personalData)));
