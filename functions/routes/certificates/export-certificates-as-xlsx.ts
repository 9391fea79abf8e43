import { exportCertificates } from './export-certificates.ts';

export const route = exportCertificates('xlsx');
