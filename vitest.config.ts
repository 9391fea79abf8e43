import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import SlowestFirst from './test/slowest-first.ts';

// The workers, and the processes that tests start, find their modules stripped of types and compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

/** What a function on AWS takes from its environment as it is loaded would stay for the tests that come after. */
const FUNCTIONS = 'test/functions/lambda/**/*.test.ts';

const project = (
  name: string,
  files: Pick<NonNullable<TestProjectInlineConfiguration['test']>, 'include' | 'exclude' | 'isolate'>,
): TestProjectInlineConfiguration => ({
  test: {
    name,
    // Node loads the modules itself, as it does in service: Vite would transform the whole project for each file again.
    experimental: { viteModuleRunner: false },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: {
      // The commands say their failures in the language of the terminal.
      LC_ALL: 'C',
      // Whoever runs the tests may have services of their own there.
      XDG_CONFIG_HOME: '/nowhere',
    },
    ...files,
  },
});

// Two workers: the suites share the machine with DynamoDB Local, Java and openssl.
export default defineConfig({
  test: {
    globalSetup: './test/before-all.ts',
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      // A worker loads the modules once, and not again for each file. So a test puts back what it changes for the whole process.
      project('service', { include: ['test/**/*.test.ts'], exclude: [FUNCTIONS], isolate: false }),
      project('functions', { include: [FUNCTIONS] }),
    ],
  },
});
