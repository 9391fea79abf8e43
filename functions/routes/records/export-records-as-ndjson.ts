import { exportRecords } from './export-records.ts';

export const route = exportRecords('ndjson');
