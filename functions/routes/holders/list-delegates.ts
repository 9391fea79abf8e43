import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { delegateView } from './delegate-view.ts';

export const route = defineRoute({
  id: 'listDelegates',
  method: 'GET',
  path: '/api/v1/own/delegates',
  summary: 'The delegates who may see my own records',
  description:
    'A holder sees whom it has named, and until when. Delegations that are withdrawn or over are not shown. The answer is recorded as a provision.',
  lane: 'api',
  access: ['holder'],
  responses: {
    200: {
      description: 'The delegates in force.',
      headers: namesRecord,
      schema: z.object({ delegates: z.array(delegateView) }),
    },
  },
  faults: [],
  handle: async ({ disclosures, ledger }, { request: { method } }, caller) => {
    const delegates = await disclosures.delegates.list(caller.id);
    return provide(
      ledger,
      caller,
      { delegates },
      {
        channel: 'own',
        method,
        certificates: [],
        provided: { delegates: delegates.map(({ delegate }) => delegate) },
        count: delegates.length,
      },
    );
  },
});
