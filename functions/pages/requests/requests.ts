import type { Route } from '../../http/route.ts';
import type { PageDeps } from '../visit.ts';
import { homePage } from './home-page.ts';
import { requestListPage } from './list-page.ts';
import { newRequestPages } from './new-request.ts';
import { requestPage } from './request-pages.ts';
import { requestSearchPage } from './search-page.ts';

export const requestPages = (deps: PageDeps): readonly Route[] =>
  [homePage, requestListPage, requestSearchPage, ...newRequestPages, ...requestPage].map((page) =>
    page(deps),
  );
