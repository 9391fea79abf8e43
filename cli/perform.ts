import type { Command } from 'commander';
import type { z } from 'zod';
import { joined, phrase, SchemaPhrase } from '../lib/fault.ts';
import { type Say, speaking } from '../lib/messages/messages.ts';
import { type ApiClient, openApiClient } from './api-client.ts';
import { asRun } from './as-run.ts';
import { EXIT, type ExitCode, usage } from './failure.ts';
import { withVersions } from './service-version.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface Run {
  readonly settings: Settings;
  readonly client: ApiClient;
  readonly terminal: Terminal;
  /** Says a phrase in the language of the settings. */
  readonly say: Say;
  /** The result: `value` for machines, `text` for people. */
  readonly show: (value: unknown, text: string) => void;
}

/** Undefined is `EXIT.ok`. */
type Work<T> = (run: Run, input: T) => Promise<ExitCode> | Promise<void>;

/**
 * A command's action: reads the settings, checks arguments and options (by their names in camelCase), then works.
 * `isForNobody`: whoever has no credentials yet runs it, so none are read.
 */
export type Perform = <T>(
  input: z.ZodType<T>,
  work: Work<T>,
  options?: { readonly isForNobody: boolean },
) => (...received: unknown[]) => Promise<void>;

/** One command, added to the program. */
export type AddCommand = (program: Command, perform: Perform) => void;

const inputOf = (command: Command): Record<string, unknown> => ({
  ...command.opts<Record<string, unknown>>(),
  ...Object.fromEntries(
    command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
  ),
});

/** As it is called: `akashi trust-domain show`. */
const wholeName = (command: Command): string =>
  command.parent ? `${wholeName(command.parent)} ${command.name()}` : command.name();

const readInput = <T>(schema: z.ZodType<T>, command: Command): T => {
  const result = schema.safeParse(inputOf(command), { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    (issue) => phrase`${issue.path.join('.')}: ${new SchemaPhrase(issue)}`,
  );
  throw usage(joined(issues, ' '), phrase`See ${asRun(wholeName(command))} --help.`);
};

/** `end` gets the exit code of a command that did not throw. */
export const performWith =
  (
    terminal: Terminal,
    commandOf: (received: readonly unknown[]) => Command,
    end: (code: ExitCode) => void,
  ): Perform =>
  (input, work, options) =>
  async (...received) => {
    const command = commandOf(received);
    const settings = await readSettings(command, options);
    const read = readInput(input, command);
    const show = (value: unknown, text: string): void =>
      terminal.out(settings.json ? `${JSON.stringify(value)}\n` : text);
    const say = await speaking(settings.language, asRun);
    const client = openApiClient(settings);
    try {
      const code = await work({ settings, client, terminal, say, show }, read);
      end(code ?? EXIT.ok);
    } catch (error) {
      throw await withVersions(error, client, settings);
    }
  };
