import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'getLogKey',
  method: 'GET',
  path: '/log/key',
  summary: "The ledger's verifier key",
  description:
    'A vkey (C2SP signed-note). To compare with the one that was handed over otherwise: a service that shows two ' +
    'histories shows two keys as well.',
  lane: 'api',
  access: 'public',
  responses: {
    200: { description: 'The verifier key and a newline.', contentType: 'text/plain; charset=utf-8' },
  },
  faults: ['try-later'],
  handle: async ({ transparencyLog }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, no-cache' },
    body: `${await transparencyLog.verifierKey()}\n`,
  }),
});
