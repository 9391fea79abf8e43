import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type BuildOptions, build, buildSync, type Metafile, type Plugin } from 'esbuild';
import { readAssets } from '../../web/assets.ts';
import { type Code, digestOf } from './code.ts';
import { PARTS, type RouteFunction, type RouteOfFunction, type TaskFunction } from './grants.ts';

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, '..', '..');

export interface Bundle extends Code {
  /** esbuild's list of the files in the bundle. */
  readonly metafile: Metafile;
}

/**
 * The entry of a function with routes. It wraps the routes in functions/http/stack.ts and functions/lambda/pipeline.ts,
 * and loads the part of the service that they need. The responder's function has no pipeline. API Gateway and a load
 * balancer send different events, so the entry has a handler for each. Behind API Gateway, a function that is open to
 * everybody answers only what comes through the CDN. The entry is generated: files for all functions
 * would differ in nothing but the names of their routes.
 */
const entryOfRoutes = ({ routes, part, doors, personal, batchWork }: RouteFunction): string => {
  const { load, from } = PARTS[part];
  const granted = [
    ...(personal ? ['personalData'] : []),
    ...(batchWork ? ['batchQueues'] : []),
    ...(routes.some(isPage) ? ['pages'] : []),
  ];
  const loading = granted.length > 0 ? `() => ${load}(${granted.join(', ')})` : load;
  const answer = `lambda([${routes.map((_, i) => `route${i}`).join(', ')}], ${loading})`;
  const lean = part === 'responder';
  const open = doors !== 'callers';
  return [
    `import { lambda } from './lambda/gateway.ts';`,
    `import { behindLoadBalancer } from './lambda/load-balancer.ts';`,
    ...(lean ? [] : [`import { answerPipeline } from './lambda/pipeline.ts';`]),
    `import { ${load} } from './${from}';`,
    ...(granted.length > 0 ? [`import { ${granted.join(', ')} } from './lambda/function-ports.ts';`] : []),
    ...routes.map(({ file, page }, i) =>
      page === undefined
        ? `import { route as route${i} } from './routes/${file}.ts';`
        : `import { ${page} as route${i} } from './pages/${file}.ts';`,
    ),
    ...(open
      ? [
          `import { originSecrets } from './lambda/origin-secrets.ts';`,
          `import { throughCdn } from './lambda/through-cdn.ts';`,
        ]
      : []),
    `const answer = ${lean ? answer : `answerPipeline(${answer})`};`,
    `export const handler = ${open ? 'throughCdn(answer, originSecrets)' : 'answer'};`,
    'export const behindBalancer = behindLoadBalancer(answer);',
  ].join('\n');
};

const isPage = ({ page }: RouteOfFunction): boolean => page !== undefined;

const entryOfTask = ({ file }: TaskFunction): string => `export { handler } from './${file}.ts';`;

/**
 * Options that make one CommonJS file of a function, with a source map beside it. Node starts CommonJS about a quarter
 * sooner than modules; functions/http/original-frames.ts reads the source map. Needs only the packages that are
 * installed.
 */
const BUNDLING = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // The packages' ES modules: the bundler can leave their unused parts out.
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': join(ROOT, 'functions/lambda/credentials.ts'),
    '#assets': join(ROOT, 'functions/lambda/assets.ts'),
    '#japanese': './japanese.cjs',
  },
  external: ['./japanese.cjs'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions;

/**
 * Bundles the file that package.json names `#japanese` for itself, into a function's folder. A function loads it from there
 * when a caller wants Japanese, so that no cold start reads it.
 */
const writeMessages = (folder: string): void => {
  // The same for all functions.
  messages ??= buildSync({
    ...BUNDLING,
    sourcemap: false,
    charset: 'utf8',
    entryPoints: [join(ROOT, 'lib/messages/japanese.ts')],
    outfile: 'japanese.cjs',
    write: false,
  }).outputFiles.at(0)?.contents;
  writeFileSync(join(folder, 'japanese.cjs'), messages ?? '');
};

let messages: Uint8Array | undefined;

const servesAssets = (fn: RouteFunction | TaskFunction): boolean =>
  'routes' in fn && fn.routes.some(({ page }) => page === 'asset');

/** The files that pages load stand beside the code as they are. */
const writeAssets = (folder: string): void => {
  for (const [name, { body }] of readAssets()) writeFileSync(join(folder, name), body);
};

/** The source of a function's entry, and the folder from which its imports are resolved. */
const entryOf = (fn: RouteFunction | TaskFunction) => ({
  contents: 'routes' in fn ? entryOfRoutes(fn) : entryOfTask(fn),
  resolveDir: join(ROOT, 'functions'),
  loader: 'ts' as const,
});

/** Bundles a function synchronously, because the CDK's constructors cannot wait. */
export const bundle = (
  fn: RouteFunction | TaskFunction,
  /** Files that are put beside the code, by name. */
  files: Readonly<Record<string, string>>,
  /** Holds a folder for each function. Two processes that bundle at the same time must not share it. */
  into: string = join(ROOT, 'dist', 'functions'),
): Bundle => {
  const folder = join(into, fn.id);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile, warnings } = buildSync({
    ...BUNDLING,
    stdin: { ...entryOf(fn), sourcefile: join(ROOT, 'functions', `${fn.id}.entry.ts`) },
    outfile: join(folder, 'index.cjs'),
  });
  const [warning] = warnings;
  if (warning) throw new Error(`${fn.id}: ${warning.text}`);
  writeMessages(folder);
  if (servesAssets(fn)) writeAssets(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, digest: digestOf(folder), metafile };
};

/** Bundles these functions in one run of the bundler, which reads every source once. The code is what `bundle` gives. */
export const bundleTogether = async (
  functions: readonly (RouteFunction | TaskFunction)[],
  into: string,
): Promise<ReadonlyMap<string, Bundle>> => {
  const { metafile, warnings } = await build({
    ...BUNDLING,
    entryPoints: functions.map(({ id }) => ({ in: `entry:${id}`, out: `${id}/index` })),
    outdir: into,
    outExtension: { '.js': '.cjs' },
    plugins: [entries(functions)],
  });
  const [warning] = warnings;
  if (warning) throw new Error(warning.text);
  return new Map(
    functions.map((fn) => {
      const { id } = fn;
      const folder = join(into, id);
      writeMessages(folder);
      if (servesAssets(fn)) writeAssets(folder);
      const file = relative(ROOT, join(folder, 'index.cjs'));
      const outputs = Object.entries(metafile.outputs).filter(([path]) => path === file);
      return [
        id,
        {
          folder,
          digest: digestOf(folder),
          metafile: { ...metafile, outputs: Object.fromEntries(outputs) },
        },
      ];
    }),
  );
};

/** Entries that are no files, by the ids of their functions. */
const entries = (functions: readonly (RouteFunction | TaskFunction)[]): Plugin => ({
  name: 'entries',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^entry:/ }, ({ path }) => ({
      path: path.slice('entry:'.length),
      namespace: 'entry',
    }));
    onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => {
      const fn = functions.find(({ id }) => id === path);
      return fn && entryOf(fn);
    });
  },
});
