/** The files that pages load, whole. Nothing comes from another host: offices work in closed networks. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

export const ASSET_TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'batch-file.js': 'text/javascript; charset=utf-8',
  'batch-progress.js': 'text/javascript; charset=utf-8',
} as const;

/** A file with script. A page loads one at most. */
export type Script = Extract<keyof typeof ASSET_TYPES, `${string}.js`>;
