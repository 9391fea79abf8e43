import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { holderView } from './holder-schemas.ts';

export const route = defineRoute({
  id: 'getHolder',
  method: 'GET',
  path: '/api/v1/holders/{holder}',
  summary: 'A holder that a submission enrolled',
  description:
    'Officers see the holders that submissions of their own office named, operators and auditors all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: z.strictObject({ holder: principalId }),
  responses: { 200: { description: 'The holder.', headers: namesRecord, schema: holderView } },
  faults: ['unknown-holder'],
  handle: async ({ enrolment, ledger }, { params, request: { method } }, caller) => {
    const holder = await enrolment.holders.get(caller, params.holder);
    const { id, number } = holder;
    return provide(ledger, caller, holder, {
      channel: 'enrolment',
      method,
      certificates: [],
      provided: { holders: [id], ...(number !== undefined && { act: number }) },
      count: 1,
    });
  },
});
