import { exportRequests } from './export-requests.ts';

export const route = exportRequests('xlsx');
