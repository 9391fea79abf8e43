import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';

/** C2SP tlog-tiles: a tile never changes; a wider one has another name. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export const route = defineRoute({
  id: 'getLogTile',
  method: 'GET',
  path: '/log/tile/{path+}',
  summary: "A tile of the ledger's Merkle tree, or a bundle of its entries",
  description:
    'As C2SP tlog-tiles lays them out. A tile never changes, so caches may keep it for ever. The log has no personal data, so reading it leaves no record.',
  lane: 'public',
  access: 'public',
  params: z.strictObject({
    path: z
      .string()
      .max(64, 'Must have at most 64 characters.')
      .meta({ description: 'Level and index as C2SP tlog-tiles writes them.', example: '0/x001/067' }),
  }),
  responses: { 200: { description: 'The tile or bundle.', contentType: 'application/octet-stream' } },
  faults: ['malformed-tile', 'unknown-tile'],
  handle: async ({ transparencyLog }, { params }) => ({
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'cache-control': FOR_EVER },
    body: await transparencyLog.tile(params.path),
  }),
});
