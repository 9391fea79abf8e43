import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'getLogKey',
  method: 'GET',
  path: '/log/key',
  summary: "The ledger's verifier key",
  description:
    'A vkey (C2SP signed-note). Compare it with the key that you got by another way: a service that shows two ' +
    'histories can show two keys as well.',
  lane: 'public',
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
