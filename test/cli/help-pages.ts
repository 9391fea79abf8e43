import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.ts';

/** A command as it is called after `akashi`: `trust-domain show`. */
export interface Named {
  readonly name: string;
  readonly command: Command;
}

const within = (command: Command, before: string): readonly Named[] =>
  command.commands.flatMap((child) => {
    const name = `${before}${child.name()}`;
    return [{ name, command: child }, ...within(child, `${name} `)];
  });

/** The whole tree without its root. It parses and does nothing. */
export const program = buildProgram(() => async () => {});
export const commands = within(program, '');

/** Those that do something; the others only have commands below them. */
export const leaves = commands.filter(({ command }) => command.commands.length === 0);

/** The lines below `Examples:` in the text of a help. */
export const examplesIn = (help: string): readonly string[] =>
  (/^Examples:\n((?: {2}.*\n)*)/m.exec(help)?.[1] ?? '').split('\n').flatMap((line) => line.trim() || []);

/** Each call of akashi in a line for a shell, as the words that follow the name. */
export const callsIn = (line: string): readonly (readonly string[])[] =>
  [...line.matchAll(/(?:^|\(|\| )(?:npx )?akashi ([^|)\n]+)/g)].map(([, words]) =>
    (words as string).trim().split(/\s+/),
  );

/** Rejects where commander does not take the arguments and options. */
export const parse = async (words: readonly string[]): Promise<void> => {
  const parsing = buildProgram(() => async () => {});
  for (const { command } of within(parsing, ''))
    command.exitOverride().configureOutput({ writeErr: () => {} });
  await parsing.parseAsync(words, { from: 'user' });
};
