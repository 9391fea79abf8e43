import { ASSET_TYPES, type Asset } from '../../web/asset-types.ts';
import { readBundled } from './runtime.ts';

/** In bundles this stands in the place of web/assets.ts: the deployment has put the files beside the code. */
export const readAssets = (): ReadonlyMap<string, Asset> =>
  new Map(
    Object.entries(ASSET_TYPES).map(([name, contentType]) => [
      name,
      { contentType, body: readBundled(name) },
    ]),
  );
