/** The files that pages load, whole. Nothing comes from another host: offices work in closed networks. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

export const ASSET_TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
