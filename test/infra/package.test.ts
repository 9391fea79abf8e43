import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { ROOT } from '../../infra/lambda/bundle.ts';
import { buildPackage, PACKAGE } from '../../infra/package/build.ts';
import { PLACE, publicSettings } from './synthesised.ts';

/**
 * The package as an importer has it: packed, installed outside this folder, and used by an ES-module app and by the
 * CommonJS app that `cdk init` writes. The CDK itself is linked from here, since it is a peer.
 */
const folder = mkdtempSync(join(tmpdir(), 'importers-'));
const esm = join(folder, 'esm');
const commonJs = join(folder, 'importer');
const SLOW = 300_000;

const settings = (): object => {
  const { network, ...rest } = publicSettings();
  const { certificates } = network as Extract<typeof network, { kind: 'public' }>;
  return {
    ...rest,
    trustDomain: 'my-domain.json',
    network: { ...network, certificates: { ...certificates, clientCa: 'clients.pem' } },
  };
};

const linked = (into: string): void => {
  for (const name of ['aws-cdk-lib', 'constructs', '@types/node', 'undici-types']) {
    mkdirSync(join(into, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(into, 'node_modules', name));
  }
};

const filesOf = (into: string): void => {
  copyFileSync(join(ROOT, 'domains', 'demonstration.json'), join(into, 'my-domain.json'));
  copyFileSync(join(ROOT, 'test', 'infra', 'client-ca.pem'), join(into, 'clients.pem'));
  writeFileSync(join(into, 'settings.json'), JSON.stringify(settings()));
};

const run = (into: string, script: string, env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [script], {
    cwd: into,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: join(into, 'cdk.out'), ...env },
  });

const ESM_APP = `
import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Akashi } from 'akashi-infra';

const app = new App();
const env = process.env.OPEN ? {} : ${JSON.stringify(PLACE)};
const change = JSON.parse(process.env.CHANGE ?? '{}');
const settings = { ...JSON.parse(readFileSync('settings.json', 'utf8')), ...change };
new Akashi(new Stack(app, 'ImporterStack', { env }), 'Pki', settings);
app.synth();
`;

beforeAll(async () => {
  await buildPackage();
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: PACKAGE,
    encoding: 'utf8',
  }).trim();
  mkdirSync(esm);
  writeFileSync(join(esm, 'package.json'), JSON.stringify({ name: 'esm', private: true, type: 'module' }));
  const install = ['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', [...install, join(folder, packed)], { cwd: esm });
  linked(esm);
  filesOf(esm);
  writeFileSync(join(esm, 'app.mjs'), ESM_APP);

  mkdirSync(commonJs);
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  execFileSync(process.execPath, [cdk, 'init', 'app', '--language', 'typescript', '--generate-only'], {
    cwd: commonJs,
    stdio: 'pipe',
  });
  symlinkSync(join(esm, 'node_modules'), join(commonJs, 'node_modules'));
  filesOf(commonJs);
  const change = (file: string, from: string | RegExp, to: string): void => {
    const text = readFileSync(join(commonJs, file), 'utf8');
    expect(text).toMatch(from);
    writeFileSync(join(commonJs, file), text.replace(from, to));
  };
  change('bin/importer.ts', "new ImporterStack(app, 'ImporterStack', {", `$& env: ${JSON.stringify(PLACE)},`);
  const stack = 'lib/importer-stack.ts';
  change(
    stack,
    /^/,
    "import { readFileSync } from 'node:fs';\nimport { Akashi, type AkashiSettings } from 'akashi-infra';\n",
  );
  change(
    stack,
    '// The code that defines your stack goes here',
    `const settings: AkashiSettings = JSON.parse(readFileSync('settings.json', 'utf8'));
    new Akashi(this, 'Pki', settings);`,
  );
}, SLOW);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Templates of an app, by the names of their files. */
const templatesOf = (
  into: string,
): ReadonlyMap<string, { readonly Resources: Record<string, { Type: string }> }> => {
  const out = join(into, 'cdk.out');
  const names = readdirSync(out).filter((name) => name.endsWith('.template.json'));
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(out, name), 'utf8'))]));
};

describe('the package', () => {
  it(
    'synthesises from an ES-module app, with the importer’s trust domain beside the code',
    () => {
      const { status, stderr } = run(esm, 'app.mjs');
      expect(stderr).not.toMatch(/error/i);
      expect(status).toBe(0);
      const assets = readdirSync(join(esm, 'cdk.out')).filter((name) => /^asset\.\w+$/.test(name));
      const withDomain = assets.filter((name) =>
        readdirSync(join(esm, 'cdk.out', name)).includes('trust-domain.json'),
      );
      const [first = ''] = withDomain;
      expect(withDomain.length).toBeGreaterThan(20);
      expect(readFileSync(join(esm, 'cdk.out', first, 'trust-domain.json'))).toEqual(
        readFileSync(join(esm, 'my-domain.json')),
      );
      const functions = [...templatesOf(esm).values()].flatMap(({ Resources }) =>
        Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function'),
      );
      expect(functions).toHaveLength(ROUTE_FUNCTIONS.length + TASK_FUNCTIONS.length);
    },
    SLOW,
  );

  it(
    'synthesises the same from the CommonJS app that `cdk init` writes, checked by its own compiler',
    () => {
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const options = ['--noEmit', 'false', '--skipLibCheck', 'false', '--types', 'node', '--outDir', 'out'];
      writeFileSync(
        join(commonJs, 'tsconfig.app.json'),
        JSON.stringify({ extends: './tsconfig.json', files: ['bin/importer.ts'] }),
      );
      const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.app.json', ...options], {
        cwd: commonJs,
        encoding: 'utf8',
      });
      expect(compiled.stdout).toBe('');
      const { status, stderr } = run(commonJs, 'out/bin/importer.js');
      expect(stderr).not.toMatch(/error/i);
      expect(status).toBe(0);
      expect(templatesOf(commonJs)).toEqual(templatesOf(esm));
    },
    SLOW,
  );

  it.each([
    [
      'two hosts that are one',
      { CHANGE: '{"secondPublicationUrl":"http://pki.akashi.example"}' },
      'leave it out',
    ],
    ['a trust domain that is not there', { CHANGE: '{"trustDomain":"none.json"}' }, 'there is no file'],
    ['an account and a Region left open', { OPEN: 'yes' }, 'account and its region open'],
  ])(
    'refuses %s in one line, without a stack trace',
    (_, env, remedy) => {
      const { status, stderr } = run(esm, 'app.mjs', env);
      expect(status).toBe(1);
      expect(stderr.split('\n').filter((line) => line.includes(remedy))).toHaveLength(1);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
    SLOW,
  );

  it('depends on the CDK as a peer, and on nothing else', () => {
    const { dependencies, peerDependencies, devDependencies } = JSON.parse(
      readFileSync(join(PACKAGE, 'package.json'), 'utf8'),
    );
    expect([dependencies, devDependencies]).toEqual([undefined, undefined]);
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    const declared = readdirSync(PACKAGE).filter((name) => /\.d\.m?ts$/.test(name));
    const imported = declared.flatMap((name) =>
      [...readFileSync(join(PACKAGE, name), 'utf8').matchAll(/from '([^']+)'/g)].map(
        ([, from]) => from ?? '',
      ),
    );
    expect(imported.filter((from) => !/^(\.\/|aws-cdk-lib|constructs)/.test(from))).toEqual([]);
  });
});
