import * as z from 'zod/mini';
import { readAssets } from '#assets';
import { Fault } from '../../lib/fault.ts';
import { defineRoute, type Route } from '../http/route.ts';

let assets: ReturnType<typeof readAssets> | undefined;

/** The files that pages load. */
export const asset: Route = defineRoute({
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
    assets ??= readAssets();
    const found = assets.get(name);
    if (found === undefined) throw new Fault('unknown-route', 'There is no such file.');
    const headers = { 'content-type': found.contentType, 'cache-control': 'max-age=300' };
    return { status: 200, headers, body: found.body };
  },
}) as unknown as Route;
