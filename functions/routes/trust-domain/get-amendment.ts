import * as z from 'zod';
import {
  type AmendmentView,
  type Change,
  MAX_CHANGES_SHOWN,
} from '../../../lib/trust-domain/trust-domain.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { AMENDMENTS, amendmentParams, amendmentView } from './amendment-views.ts';

const value = z.json().exactOptional();
const change = z
  .object({
    path: z.string().meta({ example: 'principals.nishi-counter.office' }),
    change: z.enum(['added', 'removed', 'changed']),
    before: value,
    after: value,
  })
  .meta({ id: 'AmendmentChange' });

const shown = amendmentView.extend({
  changes: z.array(change).meta({ description: `The first ${MAX_CHANGES_SHOWN} of them.` }),
}) satisfies z.ZodType<AmendmentView & { readonly changes: readonly Change[] }>;

export const route = defineRoute({
  id: 'getAmendment',
  method: 'GET',
  path: `${AMENDMENTS}/{id}`,
  summary: 'An amendment and what it changes',
  description:
    'Each change by its path in the file, with the values before and after, for the operator who decides on it.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  params: amendmentParams,
  responses: { 200: { description: 'The amendment.', schema: shown } },
  faults: ['unknown-amendment'],
  handle: async ({ amendments }, { params: { id } }) => json(200, await amendments.get(id)),
});
