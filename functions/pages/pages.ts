import type { Route } from '../http/route.ts';
import { asset } from './assets.ts';
import { authorityPages } from './authorities/authorities.ts';
import { batchPages } from './batches/batches.ts';
import { certificatePages } from './certificates/certificates.ts';
import { publicPages } from './public/public.ts';
import { recordPages } from './records/records.ts';
import { requestPages } from './requests/requests.ts';
import { signInPages } from './sessions/sessions.ts';

/** Every page. They are no part of the public interface of programs, so the OpenAPI document does not have them. */
export const pages: readonly Route[] = [
  asset,
  ...publicPages,
  ...signInPages,
  ...requestPages,
  ...batchPages,
  ...certificatePages,
  ...authorityPages,
  ...recordPages,
];
