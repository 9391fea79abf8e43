import type { Route } from '../../http/route.ts';
import type { PageDeps } from '../visit.ts';
import { exportPages } from './export-pages.ts';
import { provisionsPage } from './provisions-page.ts';
import { recordPage } from './record-page.ts';

export const recordPages = (deps: PageDeps): readonly Route[] =>
  [provisionsPage, ...exportPages, ...recordPage].map((page) => page(deps));
