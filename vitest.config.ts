import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import SlowestFirst from './test/slowest-first.ts';

// The workers, and the processes that tests start, find their modules stripped of types and compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

// Two workers: the suites share the machine with DynamoDB Local, Java and openssl.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/before-all.ts',
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
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
    reporters: ['default', './test/closing-line.ts'],
  },
});
