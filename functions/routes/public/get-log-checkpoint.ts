import { defineRoute } from '../../http/route.ts';

export const route = defineRoute({
  id: 'getLogCheckpoint',
  method: 'GET',
  path: '/log/checkpoint',
  summary: "The ledger's newest checkpoint",
  description:
    'A signed note (C2SP tlog-checkpoint) with the cosignatures of witnesses. The log has no personal data, so reading ' +
    'it leaves no record.',
  lane: 'public',
  access: 'public',
  responses: { 200: { description: 'The signed note.', contentType: 'text/plain; charset=utf-8' } },
  faults: ['try-later'],
  handle: async ({ transparencyLog }) => ({
    status: 200,
    // A cache may answer after it has revalidated its copy.
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, no-cache' },
    body: await transparencyLog.checkpoint(),
  }),
});
