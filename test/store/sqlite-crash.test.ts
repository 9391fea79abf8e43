import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import type { Table } from '../../lib/store/store.ts';
import { temporaryFolder } from './temporary.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** Starts a process that owns the table and writes without end. Its output lists every acknowledged row. */
const startWriter = async (file: string, run: string) => {
  const child = spawn(process.execPath, ['--no-warnings', WRITER, file, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const closed = once(child, 'close');
  while (!output.startsWith('open\n')) {
    if (child.exitCode !== null) throw new Error(`the writer ended with ${child.exitCode}`);
    await pause(5);
  }
  return {
    lines: () => output.split('\n').slice(1, -1),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      expect(child.signalCode).toBe('SIGKILL');
    },
  };
};

const all = async (table: Table, pk: string): Promise<Set<string>> => {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await table.query({ pk, limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    for (const { sk, version } of page.items) {
      expect(version).toBe(1);
      found.add(sk);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

describe('SQLite table, killed', () => {
  it('holds every acknowledged write, each whole, after five kills amid writes', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'table.sqlite');
    const acknowledged: string[] = [];
    for (let run = 0; run < 5; run++) {
      const writer = await startWriter(file, String(run));
      await pause(100 + 60 * run);
      await writer.kill();
      expect(writer.lines().length).toBeGreaterThan(0);
      acknowledged.push(...writer.lines());
      const table = await openSqliteTable(file);
      const left = await all(table, 'left');
      expect(acknowledged.filter((sk) => !left.has(sk))).toEqual([]);
      // Both rows of a write or neither, also of writes that were never acknowledged.
      expect(await all(table, 'right')).toEqual(left);
      await table.close();
    }
  });

  it('refuses a second process while the owner lives, and opens once it was killed', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'table.sqlite');
    const owner = await startWriter(file, 'owner');
    await expect(openSqliteTable(file)).rejects.toMatchObject({
      code: 'store-locked',
      message: 'Another process has this data folder open; stop it first, or choose another folder.',
    });
    const before = owner.lines().length;
    await pause(200);
    // The refused opener did not disturb the owner.
    expect(owner.lines().length).toBeGreaterThan(before);
    await owner.kill();
    const next = await openSqliteTable(file);
    await next.write([{ put: { pk: 'p', sk: 's' }, value: {}, if: 'absent' }]);
    await next.close();
  });
});
