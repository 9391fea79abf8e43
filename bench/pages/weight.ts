import type { Browser } from './browser.ts';

/** Octets of what a page loads. */
export interface Weight {
  readonly script: number;
  readonly style: number;
}

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

/** Octets between the tags of elements that have them in the page itself. */
const inside = (html: string, element: string): number =>
  [...html.matchAll(new RegExp(`<${element}\\b[^>]*>([^]*?)</${element}>`, 'g'))].reduce(
    (sum, [, text]) => sum + Buffer.byteLength(text ?? ''),
    0,
  );

/** Follows the page's elements that load script and style, and adds up the octets. */
export const openWeighing = ({ ask }: Pick<Browser, 'ask'>) => {
  const files = new Map<string, number>();

  const sizeOf = async (path: string): Promise<number> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const { status, body } = await ask({ path });
    if (status !== 200) throw new Error(`${path} gave ${status}`);
    // A file may load others. This benchmark would have to follow them.
    if (/@import|\bimport\b[^;]*['"]/.test(String(body))) throw new Error(`${path} loads other files`);
    files.set(path, body.length);
    return body.length;
  };

  const sizeOfAll = async (paths: readonly (string | undefined)[]): Promise<number> => {
    let sum = 0;
    for (const path of new Set(paths)) if (path !== undefined) sum += await sizeOf(path);
    return sum;
  };

  return async (html: string): Promise<Weight> => {
    const links = html.match(/<link\b[^>]*>/g) ?? [];
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];
    const styles = links.filter((tag) => attribute(tag, 'rel')?.split(' ').includes('stylesheet'));
    return {
      script: (await sizeOfAll(scripts.map((tag) => attribute(tag, 'src')))) + inside(html, 'script'),
      style: (await sizeOfAll(styles.map((tag) => attribute(tag, 'href')))) + inside(html, 'style'),
    };
  };
};
