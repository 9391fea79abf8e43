import type { Route } from '../../http/route.ts';
import { authoritiesPage } from './authorities-page.ts';
import { frontPage } from './front-page.ts';
import { certificateStatusForm, certificateStatusPage } from './status-pages.ts';
import { transparencyPage } from './transparency-page.ts';

/** The pages for everybody. */
export const publicPages: readonly Route[] = [
  frontPage,
  certificateStatusPage,
  certificateStatusForm,
  authoritiesPage,
  transparencyPage,
];
