import type { Route } from '../../http/route.ts';
import type { PageDeps } from '../visit.ts';
import { authorityPageList } from './authority-pages.ts';

export const authorityPages = (deps: PageDeps): readonly Route[] =>
  authorityPageList.map((page) => page(deps));
