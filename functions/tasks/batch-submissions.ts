import { isExamination } from '../../lib/batches/batches.ts';
import { personalData, workQueues } from '../lambda/function-ports.ts';
import { loadRowsCore } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { batchWork } from './batch-work.ts';

export const handler = taskPipeline(
  batchWork(
    () => loadRowsCore(personalData),
    workQueues,
    (work) => !isExamination(work),
  ),
);
