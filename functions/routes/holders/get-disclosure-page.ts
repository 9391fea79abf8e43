import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { recordId } from '../../http/schemas.ts';
import { bundleAnswer, bundleResponses } from './bundle-answer.ts';
import { DISCLOSURES } from './disclosure-views.ts';

const CONTENT_TYPE = 'text/html; charset=utf-8';

export const route = defineRoute({
  id: 'getDisclosurePage',
  method: 'GET',
  path: `${DISCLOSURES}/{id}/bundle.html`,
  summary: 'The bundle as a page for people, in Japanese and English',
  description: 'It is made at the request and recorded. The first one closes the disclosure.',
  lane: 'api',
  access: ['holder', 'operator'],
  params: z.strictObject({ id: recordId }),
  responses: bundleResponses(CONTENT_TYPE),
  faults: ['unknown-disclosure', 'input-too-large', 'condition-failed'],
  handle: async (app, { params, request }, caller) =>
    bundleAnswer(app, caller, { method: request.method, id: params.id }, CONTENT_TYPE, ({ page }) => page),
});
