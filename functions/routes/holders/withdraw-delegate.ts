import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'withdrawDelegate',
  method: 'DELETE',
  path: '/api/v1/own/delegates/{delegate}',
  summary: 'Withdraw a delegate, who then no longer sees my own records',
  description: 'The withdrawal is recorded. It succeeds where there is no such delegate.',
  lane: 'api',
  access: ['holder'],
  params: z.strictObject({ delegate: principalId }),
  responses: { 204: { description: 'The delegate is withdrawn.' } },
  faults: ['condition-failed'],
  handle: async ({ disclosures }, { params }, caller) => {
    await disclosures.delegates.withdraw(caller, params.delegate);
    return { status: 204, headers: {}, body: '' };
  },
});
