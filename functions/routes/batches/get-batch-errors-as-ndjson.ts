import { batchErrors } from './batch-errors.ts';

export const route = batchErrors('ndjson');
