import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../cli/program.ts';
import { akashi } from './in-process.ts';

const root = resolve(import.meta.dirname, '../..');

/** The program with actions that do nothing: it only parses. */
const program = buildProgram(() => async () => {});
const names = program.commands.map((command) => command.name());

describe('the help', () => {
  it.each(names)('of %s explains it, with examples that parse', async (name) => {
    const { code, out, err } = await akashi([name, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: akashi ${name}`);
    expect(out).toContain('--json');
    const examples = [...out.matchAll(/\bakashi (\S[^|)"\n]*)/g)]
      .map(([, words]) => (words as string).trim())
      .filter((words) => words.startsWith(`${name} `) || words === name);
    expect(examples.length).toBeGreaterThan(0);
    const own = out.slice(out.indexOf('Examples:'));
    for (const words of examples.filter((example) => own.includes(`akashi ${example}`))) {
      const parsing = buildProgram(() => async () => {});
      for (const command of [parsing, ...parsing.commands]) command.configureOutput({ writeErr: () => {} });
      await parsing.parseAsync(words.split(/\s+/), { from: 'user' });
    }
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
    expect(err).toContain('Usage: akashi');
  });

  it('to which a wrong argument points is that of the same command', async () => {
    const { code, err } = await akashi(['trust-domain', 'show', 'not-an-id']);
    expect(code).toBe(2);
    expect(err).toContain('See akashi trust-domain show --help.');
  });

  it('there is a file for every command, and nothing else among them', () => {
    const files = readdirSync(join(root, 'cli/commands')).map((file) => file.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual([...names].sort());
  });
});

describe('the command line', () => {
  const sources = readdirSync(join(root, 'cli'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  it('is a client: of the rooms it imports the formats, the verifying of signatures and the log, and the faults', () => {
    const imports = sources.flatMap((file) =>
      [...readFileSync(join(root, 'cli', file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, from]) =>
        resolve(root, 'cli', file, '..', from as string).slice(root.length + 1),
      ),
    );
    const outside = new Set(imports.filter((path) => !path.startsWith('cli/')));
    expect([...outside].sort()).toEqual([
      'lib/audit/audit.ts',
      'lib/fault.ts',
      'lib/idempotency-key.ts',
      'lib/keys/keys.ts',
      'lib/pki/pki.ts',
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
