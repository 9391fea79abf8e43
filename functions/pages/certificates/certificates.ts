import type { Route } from '../../http/route.ts';
import type { PageDeps } from '../visit.ts';
import { certificateActs } from './acts.ts';
import { certificatePage, formAddresses } from './certificate-page.ts';
import { certificateLists } from './list-page.ts';

export const certificatePages = (deps: PageDeps): readonly Route[] =>
  [...certificateLists, certificatePage, ...certificateActs, ...formAddresses].map((page) => page(deps));
