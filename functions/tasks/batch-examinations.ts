import { isExamination } from '../../lib/batches/batches.ts';
import { personalData, workQueues } from '../lambda/function-ports.ts';
import { loadIssuingCore } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { batchWork } from './batch-work.ts';

export const handler = taskPipeline(
  batchWork(() => loadIssuingCore(personalData), workQueues, isExamination),
);
