import { loadRowsCore } from '../lambda/parts.ts';
import { personalData } from '../lambda/personal-data.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { scheduled } from './scheduled.ts';

export const handler = taskPipeline(scheduled('retention', () => loadRowsCore(personalData)));
