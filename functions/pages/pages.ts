import type { Route } from '../http/route.ts';
import { assetRoute } from './assets.ts';
import type { PageDeps } from './page.ts';
import { requestPages } from './requests/requests.ts';
import { signInPages } from './sign-in.ts';

/** Every page. They are no part of the public interface of programs, so the OpenAPI document does not have them. */
export const pages = (deps: PageDeps): readonly Route[] => [
  assetRoute(),
  ...signInPages(deps),
  ...requestPages(deps),
];
