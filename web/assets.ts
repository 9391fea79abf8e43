import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The files that pages load, whole. Nothing comes from another host: offices work in closed networks. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

const own = (name: string): string => readFileSync(join(import.meta.dirname, 'assets', name), 'utf8');
const tokens = (): string =>
  readFileSync(
    createRequire(import.meta.url).resolve('@digital-go-jp/design-tokens/dist/tokens.css'),
    'utf8',
  );

export const readAssets = (): ReadonlyMap<string, Asset> =>
  new Map([
    ['style.css', { contentType: 'text/css; charset=utf-8', body: `${tokens()}\n${own('style.css')}` }],
    ['icon.svg', { contentType: 'image/svg+xml', body: own('icon.svg') }],
  ]);
