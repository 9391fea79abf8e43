import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../functions.ts';
import { bundleTogether, ROOT } from '../lambda/bundle.ts';
import type { Manifest } from './code.ts';

/**
 * Makes the package that others import: `npm run build:infra`, then `npm pack` in dist/package. It holds compiled
 * JavaScript for both module systems, declarations, and the code of every function.
 */
export const PACKAGE = join(ROOT, 'dist', 'package');

export const buildPackage = async (): Promise<void> => {
  rmSync(PACKAGE, { recursive: true, force: true });
  mkdirSync(PACKAGE, { recursive: true });
  await writeCode();
  await writeJavaScript();
  writeDeclarations();
  writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(description(), null, 2)}\n`);
  for (const [from, to] of [
    ['LICENSE', 'LICENSE'],
    ['infra/package/README.md', 'README.md'],
  ] as const) {
    copyFileSync(join(ROOT, from), join(PACKAGE, to));
  }
};

/** Each code once, in a folder of its digest's name. */
const writeCode = async (): Promise<void> => {
  const into = join(PACKAGE, 'functions');
  const bundles = await bundleTogether([...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS], into);
  const digests = [...bundles].map(([id, { folder, digest }]): [string, string] => {
    if (existsSync(join(into, digest))) rmSync(folder, { recursive: true });
    else renameSync(folder, join(into, digest));
    return [id, digest];
  });
  const manifest: Manifest = Object.fromEntries(digests);
  writeFileSync(join(into, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
};

/** CommonJS, and an ES module that wraps it. Two copies of a class would break `instanceof`. */
const writeJavaScript = async (): Promise<void> => {
  await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    absWorkingDir: ROOT,
    outfile: join(PACKAGE, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['aws-cdk-lib', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  writeFileSync(join(PACKAGE, 'index.mjs'), "export { Akashi } from './index.js';\n");
};

/**
 * Writes the declarations that the entry's declaration leads to, into one folder. Each is named as Node names its
 * JavaScript.
 */
const writeDeclarations = (): void => {
  const declarations = join(ROOT, 'dist', 'declarations');
  rmSync(declarations, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', import.meta.dirname], { stdio: 'inherit' });
  const nameOf = (file: string): string =>
    relative('infra', file) === 'package/index.d.ts'
      ? 'index'
      : relative('infra', file)
          .replace(/\.d\.ts$/, '')
          .replaceAll('/', '-');
  const written = new Set<string>();
  const write = (file: string): void => {
    if (written.has(file)) return;
    written.add(file);
    const text = readFileSync(join(declarations, file), 'utf8');
    const flat = text.replace(/(from '|import\(")(\.[^'"]+)\.ts(['"])/g, (_, before, path, after) => {
      const target = join(dirname(file), `${path}.d.ts`);
      write(target);
      return `${before}./${nameOf(target)}.js${after}`;
    });
    writeFileSync(join(PACKAGE, `${nameOf(file)}.d.ts`), flat);
  };
  write('infra/package/index.d.ts');
  writeFileSync(join(PACKAGE, 'index.d.mts'), "export * from './index.js';\n");
};

const description = (): object => {
  const { version, license, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as { version: string; license: string; devDependencies: Record<string, string> };
  return {
    name: 'akashi-infra',
    version,
    description:
      'Akashi, a certificate authority and status service with a verifiable ledger, as a CDK construct',
    license,
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': {
        import: { types: './index.d.mts', default: './index.mjs' },
        require: { types: './index.d.ts', default: './index.js' },
      },
      './package.json': './package.json',
    },
    engines: { node: '>=20' },
    peerDependencies: {
      'aws-cdk-lib': `^${devDependencies['aws-cdk-lib']}`,
      constructs: `^${devDependencies.constructs}`,
    },
  };
};

if (import.meta.main) await buildPackage();
