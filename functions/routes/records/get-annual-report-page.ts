import { annualReportFile } from './annual-report-file.ts';

export const route = annualReportFile('html');
