import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ASSET_TYPES, type Asset } from './asset-types.ts';

const own = (name: keyof typeof ASSET_TYPES): string =>
  readFileSync(join(import.meta.dirname, 'assets', name), 'utf8');
const tokens = (): string =>
  readFileSync(
    createRequire(import.meta.url).resolve('@digital-go-jp/design-tokens/dist/tokens.css'),
    'utf8',
  );

/** `#assets` of package.json: bundles have functions/lambda/assets.ts in its place. */
export const readAssets = (): ReadonlyMap<string, Asset> =>
  new Map(
    (Object.keys(ASSET_TYPES) as (keyof typeof ASSET_TYPES)[]).map((name) => [
      name,
      {
        contentType: ASSET_TYPES[name],
        body: name === 'style.css' ? `${tokens()}\n${own(name)}` : own(name),
      },
    ]),
  );
