import type { Route } from '../../http/route.ts';
import { exportProvisionsPage, provisionsAsCsvPage, provisionsAsNdjsonPage } from './export-pages.ts';
import { provisionsPage } from './provisions-page.ts';
import { recordPage, recordProofPage } from './record-page.ts';

export const recordPages: readonly Route[] = [
  provisionsPage,
  exportProvisionsPage,
  provisionsAsCsvPage,
  provisionsAsNdjsonPage,
  recordPage,
  recordProofPage,
];
