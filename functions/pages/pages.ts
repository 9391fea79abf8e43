import type { Route } from '../http/route.ts';
import { assetRoute } from './assets.ts';
import { authorityPages } from './authorities/authorities.ts';
import { certificatePages } from './certificates/certificates.ts';
import { publicPages } from './public/public.ts';
import { recordPages } from './records/records.ts';
import { requestPages } from './requests/requests.ts';
import { signInPages } from './sign-in.ts';
import type { PageDeps } from './visit.ts';

/** Every page. They are no part of the public interface of programs, so the OpenAPI document does not have them. */
export const pages = (deps: PageDeps): readonly Route[] => [
  assetRoute(),
  ...publicPages(),
  ...signInPages(deps),
  ...requestPages(deps),
  ...certificatePages(deps),
  ...authorityPages(deps),
  ...recordPages(deps),
];
