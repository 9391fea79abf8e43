import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callsIn, commands, examplesIn, leaves, parse, program } from './help-pages.ts';
import { akashi } from './in-process.ts';

const root = resolve(import.meta.dirname, '../..');

const names = program.commands.map((command) => command.name());

describe('the help', () => {
  it.each(commands)('of akashi $name explains it on one screen', async ({ name }) => {
    const { code, out, err } = await akashi([...name.split(' '), '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: npx akashi ${name}`);
    expect(out).toContain('--json');
    expect(out.split('\n').length).toBeLessThanOrEqual(50);
  });

  it.each(leaves)('of akashi $name says what it needs and what comes out', async ({ name, command }) => {
    const { out } = await akashi([...name.split(' '), '--help']);
    expect(command.summary()).not.toBe('');
    // A sentence at least.
    expect(command.description()).toMatch(/^[A-Z].*\.$/);
    expect(out).toContain('\nNeeds:\n  ');
    expect(out).toContain('\nResult:\n  ');
    const lines = [...command.options, ...command.registeredArguments];
    expect(lines.filter(({ description }) => description === '').map((line) => line.name())).toEqual([]);
  });

  it.each(leaves)('of akashi $name has examples that parse', async ({ name }) => {
    const { out } = await akashi([...name.split(' '), '--help']);
    const lines = examplesIn(out);
    expect(lines.filter((line) => `${line} `.startsWith(`npx akashi ${name} `))).not.toEqual([]);
    for (const words of lines.flatMap(callsIn)) await parse(words);
  });

  it('of the program explains its options, with examples that parse', async () => {
    const { out } = await akashi(['--help']);
    const calls = examplesIn(out).flatMap(callsIn);
    expect(calls.length).toBeGreaterThan(2);
    for (const words of calls) if (!words.includes('--help')) await parse(words);
    expect(program.options.filter(({ description }) => description === '')).toEqual([]);
  });

  it('of the program names every command and every exit code', async () => {
    const { code, out } = await akashi(['--help']);
    expect(code).toBe(0);
    for (const name of names) expect(out).toContain(`\n  ${name} `);
    for (const exit of ['0  done', '1  refused', '2  the command line', '3  not reachable']) {
      expect(out).toContain(exit);
    }
  });

  it('of the program says which version it is', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await akashi(['--version'])).toMatchObject({ code: 0, out: `${version}\n`, err: '' });
  });

  it('is shown, with exit code 2, if there is no command', async () => {
    const { code, out, err } = await akashi([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: npx akashi');
  });

  it('to which a wrong argument points is that of the same command', async () => {
    const { code, err } = await akashi(['trust-domain', 'show', 'not-an-id']);
    expect(code).toBe(2);
    expect(err).toContain('See npx akashi trust-domain show --help.');
  });

  it('there is a file for every command, and nothing else among them', () => {
    const files = readdirSync(join(root, 'cli/commands')).map((file) => file.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual([...names].sort());
  });
});

/** What a reader copies: the lines of shell blocks, each command whole, without remarks and what is quoted. */
const commandsIn = (page: string): readonly string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) =>
        line
          .trim()
          .replace(/\s+#.*$/, '')
          .replaceAll(/'[^']*'|"[^"]*"/g, 'x'),
      ),
  );

describe('the documents', () => {
  it.each([
    'README.md',
    'cli/package/README.md',
    'docs/first-day.md',
    'docs/operations.md',
    'docs/runbook.md',
  ])('%s has commands that parse', async (page) => {
    const calls = commandsIn(page)
      .flatMap(callsIn)
      .filter((words) => !words.includes('--help') && !words.includes('--version'));
    expect(calls.length).toBeGreaterThan(0);
    for (const words of calls) await parse(words);
  });
});

describe('the command line', () => {
  // What packs it is no part of it.
  const sources = readdirSync(join(root, 'cli'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('package/'),
  );

  it('is a client: of the rooms it imports the formats, the verifying of signatures and the log, the faults and their texts', () => {
    const imports = sources.flatMap((file) =>
      [...readFileSync(join(root, 'cli', file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, from]) =>
        resolve(root, 'cli', file, '..', from as string).slice(root.length + 1),
      ),
    );
    // backup and restore work on the files of a service on this machine.
    const isOutside = (path: string) =>
      !path.startsWith('cli/') && !path.startsWith('functions/local/backup/');
    const outside = new Set(imports.filter(isOutside));
    expect([...outside].sort()).toEqual([
      'lib/act-kinds.ts',
      'lib/audit/audit.ts',
      'lib/bulk/bulk.ts',
      'lib/fault.ts',
      'lib/idempotency-key.ts',
      'lib/keys/keys.ts',
      'lib/messages/messages.ts',
      'lib/pki/pki.ts',
      'lib/status-check/status-check.ts',
      'package.json',
    ]);
  });

  it('depends on no package but commander and zod', () => {
    const packages = sources.flatMap((file) =>
      [...readFileSync(join(root, 'cli', file), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(
        ([, from]) => from,
      ),
    );
    const foreign = packages.filter((name) => !name?.startsWith('node:'));
    expect([...new Set(foreign)].sort()).toEqual(['commander', 'zod']);
  });
});
