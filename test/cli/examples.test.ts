import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../cli/demo/service.ts';
import { examplesIn, leaves } from './help-pages.ts';
import { akashi } from './in-process.ts';

/** The examples of every command's help, run in a shell beside the service as `npm start` runs it. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-examples-'));
let service: Service;

/** In an order in which each finds what it needs: a request, a certificate, a log with records, an amendment, an invitation. */
const STORY = [
  'authorities',
  'authority',
  'profiles',
  'request',
  'requests',
  'show',
  'examine',
  'collect',
  'bulk template',
  'bulk check',
  'bulk send',
  'bulk list',
  'bulk show',
  'bulk rows',
  'bulk errors',
  'bulk open',
  'bulk examine',
  'bulk collect',
  'bulk cancel',
  'certificate',
  'certificates',
  'status',
  'hold',
  'release',
  'revoke',
  'publish',
  'request',
  'withdraw',
  'provisions',
  'accesses',
  'records',
  'recover',
  'export',
  'report',
  'disclose',
  'evidence',
  'import-cdn-log',
  'audit verify',
  'audit prove',
  'audit check',
  'trust-domain propose',
  'trust-domain show',
  'trust-domain approve',
  'trust-domain reject',
  'whoami',
  'console',
  'offices propose',
  'offices confirm',
  'offices withdraw',
  'offices list',
  'offices show',
  'officers propose',
  'officers withdraw',
  'officers confirm',
  'enrol',
  'officers enrol',
  'enrol',
  'officers invite',
  'officers list',
  'officers show',
  'officers change',
  'officers transfer',
  'officers notices',
  'officers suspend',
  'officers resume',
  'officers end',
  'operators propose',
  'operators withdraw',
  'operators confirm',
  'enrol',
  'operators enrol',
  'operators list',
  'operators show',
  'operators suspend',
  'operators end',
  'auditors propose',
  'auditors withdraw',
  'auditors confirm',
  'enrol',
  'auditors enrol',
  'auditors list',
  'auditors show',
  'auditors suspend',
  'auditors end',
  'relying-parties propose',
  'relying-parties withdraw',
  'relying-parties confirm',
  'enrol',
  'relying-parties enrol',
  'relying-parties list',
  'relying-parties show',
  'relying-parties suspend',
  'relying-parties end',
  'holders list',
  'holders show',
  'retention months',
  'retention hold',
  'retention orders',
  'retention show',
  'retention release',
  'retention withdraw',
  'retention erase',
  'holders suspend',
  'holders resume',
  'holders end',
  'own records',
  'own certificates',
  'leavers list',
  'offices end',
  'keys propose',
  'keys show',
  'keys approve',
  'keys withdraw',
  'keys reject',
  'credentials request',
  'token',
  'backup',
  'restore',
];

/**
 * Need a row that somebody has forged, an officer who left with a certificate, data of an old month, and a row of a file that was set
 * aside: the examples have none of them.
 */
const REFUSED = {
  'bulk replay': 'wrong-state',
  correct: 'nothing-to-correct',
  'leavers keep': 'unknown-certificate',
  'retention end': 'wrong-state',
};

/** As npx does, on the Node that runs the tests. */
const SCRIPT = `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(folder, 'cli/akashi.mjs')}' "$@"\n`;

/** The commands start some hundreds of times, and in fewer files they start in half the time. */
const bundleCommands = (): Promise<unknown> =>
  build({
    entryPoints: [join(root, 'cli/akashi.ts')],
    absWorkingDir: root,
    outdir: join(folder, 'cli'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // A package of CommonJS asks for Node's modules so.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    charset: 'utf8',
    logLevel: 'silent',
  });

/** Runs the lines as one script, which ends at the first line that fails. */
const shell = (lines: readonly string[]): Promise<string> =>
  new Promise((done) => {
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      AKASHI_URL: service.url,
      AKASHI_TLS_URL: service.tlsUrl,
      DATA_DIR: service.data,
      // Whoever reads Japanese copies the same lines.
      AKASHI_LANGUAGE: 'ja',
      // xdg-open starts this in place of a browser.
      BROWSER: 'true',
      // Halves the time that each call takes.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
    };
    const script = lines.join('\n').replaceAll('http://localhost:8080', service.url);
    execFile('sh', ['-euc', script], { cwd: folder, env }, (error, out, err) => {
      done(error ? `exit ${error.code}\n${out}${err}` : 'done');
    });
  });

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples', () => {
  it('are run for every command', () => {
    expect([...new Set([...STORY, ...Object.keys(REFUSED)])].sort()).toEqual(
      leaves.map(({ name }) => name).sort(),
    );
  });
});

const MISSING = ['openssl', 'curl'].filter((tool) => spawnSync(tool, ['version']).error !== undefined);
if (MISSING.length > 0)
  console.log(`${MISSING.join(', ')} not installed: the examples of the help are not run.`);

describe.skipIf(MISSING.length > 0)('the examples', () => {
  beforeAll(async () => {
    service = await startService(root, folder, process.env);
    await bundleCommands();
    symlinkSync(join(root, 'domains'), join(folder, 'domains'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npx'), SCRIPT, { mode: 0o755 });
    const ca = await fetch(`${service.url}/ca/organisation-1.pem`);
    writeFileSync(join(folder, 'ca.pem'), await ca.text());
  }, 120_000);

  afterAll(() => service.stop());

  it.each(STORY)('of akashi %s work as they are written', { timeout: 60_000 }, async (name) => {
    const { out } = await akashi([...name.split(' '), '--help']);
    expect(await shell(examplesIn(out))).toBe('done');
  });

  it.each(Object.entries(REFUSED))(
    'of akashi %s are refused here: %s',
    { timeout: 60_000 },
    async (name, code) => {
      const { out } = await akashi([...name.split(' '), '--help']);
      expect(await shell(examplesIn(out))).toContain(code);
    },
  );
});
