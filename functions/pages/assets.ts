import * as z from 'zod/mini';
import { Fault } from '../../lib/fault.ts';
import { readAssets } from '../../web/assets.ts';
import { defineRoute, type Route } from '../http/route.ts';

/** The files that pages load. */
export const assetRoute = (): Route => {
  const assets = readAssets();
  return defineRoute({
    id: 'asset',
    method: 'GET',
    path: '/assets/{name}',
    summary: 'A file that pages load',
    description: 'Style and icon.',
    lane: 'public',
    access: 'public',
    params: z.object({ name: z.string() }),
    responses: { 200: { description: 'The file.' } },
    faults: ['unknown-route'],
    handle: (_, { params: { name } }) => {
      const asset = assets.get(name);
      if (asset === undefined) throw new Fault('unknown-route', 'There is no such file.');
      const headers = { 'content-type': asset.contentType, 'cache-control': 'max-age=300' };
      return { status: 200, headers, body: asset.body };
    },
  }) as unknown as Route;
};
