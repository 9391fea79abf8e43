import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..', '..');

/**
 * Makes the package for an officer's own machine: `npm run build:cli`, then `npm pack` in dist/cli. It holds compiled
 * JavaScript for Node 20 and later, and depends on nothing.
 */
export const PACKAGE = join(ROOT, 'dist', 'cli');

export const buildPackage = async (): Promise<void> => {
  rmSync(PACKAGE, { recursive: true, force: true });
  mkdirSync(PACKAGE, { recursive: true });
  const metafile = await writeJavaScript();
  writeFileSync(join(PACKAGE, 'LICENSES.txt'), licensesOf(metafile));
  writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(description(), null, 2)}\n`);
  for (const [from, to] of [
    ['LICENSE', 'LICENSE'],
    ['cli/package/README.md', 'README.md'],
  ] as const) {
    copyFileSync(join(ROOT, from), join(PACKAGE, to));
  }
};

/** Restoring writes the files of a service, so its code stays with the service: `#restore` is not in the package. */
const writeJavaScript = async (): Promise<Metafile> => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'akashi.ts')],
    absWorkingDir: ROOT,
    outdir: PACKAGE,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['#restore'],
    charset: 'utf8',
    // A package of CommonJS asks for Node's modules so.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return metafile;
};

/** The licences of the packages whose code is in the bundle. They have to go wherever that code goes. */
const licensesOf = ({ inputs }: Metafile): string => {
  const folders = Object.keys(inputs).flatMap(
    (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const path = resolve(ROOT, folder);
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8').trim();
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
};

const description = (): object => {
  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return {
    name: 'akashi-cli',
    version,
    description: 'The command line of Akashi, a certificate authority and status service',
    license,
    type: 'module',
    bin: { akashi: './akashi.js' },
    engines: { node: '>=20.12' },
  };
};

if (import.meta.main) await buildPackage();
