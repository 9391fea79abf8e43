import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { recordId } from '../../http/schemas.ts';
import { bundleAnswer, bundleResponses } from './bundle-answer.ts';
import { DISCLOSURES } from './disclosure-views.ts';

const CONTENT_TYPE = 'application/jose+json';

export const route = defineRoute({
  id: 'getDisclosureBundle',
  method: 'GET',
  path: `${DISCLOSURES}/{id}/bundle.json`,
  summary:
    'Every certificate of the holder and every provision about the holder, signed (a flattened JWS, RFC 7515 7.2.2)',
  description: 'It is made at the request and recorded. The first one closes the disclosure.',
  lane: 'api',
  access: ['holder', 'operator'],
  params: z.strictObject({ id: recordId }),
  responses: bundleResponses(CONTENT_TYPE),
  faults: ['unknown-disclosure', 'input-too-large', 'condition-failed'],
  handle: async (app, { params, request }, caller) =>
    bundleAnswer(app, caller, { method: request.method, id: params.id }, CONTENT_TYPE, ({ jws }) => jws),
});
